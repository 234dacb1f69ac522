// Every operation, called by every kind of caller, answers as docs/permissions.md says.
#include "http/permissions.hpp"

#include "contract_fixture.hpp"

namespace securestack::test {
namespace {

constexpr Persona victor{"victor", Role::user};  // viewer
constexpr Persona olga{"olga", Role::user};      // operator
constexpr Persona mia{"mia", Role::user};        // maintainer

class Permissions : public Answers {
  protected:
    void SetUp() override {
        Answers::SetUp();
        if (IsSkipped()) return;
        team_of_all_ = as(bob).post("/api/teams", R"({"name": "all"})").id();
        for (auto const& [persona, role] :
             {std::pair{victor, "viewer"}, {olga, "operator"}, {mia, "maintainer"}}) {
            id_of(persona);
            as(bob).put("/api/teams/" + team_of_all_ + "/members/" + id_of(persona).to_string(),
                        R"({"role": ")" + std::string{role} + "\"}");
        }
        id_of(mallory);
    }

    static Persona persona_of(CallerKind kind) {
        switch (kind) {
            case CallerKind::viewer:
                return victor;
            case CallerKind::operating:
                return olga;
            case CallerKind::maintainer:
                return mia;
            case CallerKind::outsider:
                return mallory;
            case CallerKind::auditor:
                return carol;
            case CallerKind::admin:
                return alice;
            default:
                return bob;
        }
    }

    // One of bob's, with this one scope.
    Caller key_with(Permission permission) {
        auto& key = keys_[permission];
        if (key.empty()) {
            // The keys that it is called about are to be no wider than itself.
            std::string const more = permission == Permission::keys_write ? R"(", "servers:read)" : "";
            auto const body =
                R"({"name": "k", "scopes": [")" + std::string{to_string(permission)} + more + "\"]}";
            auto const made = as(bob).post("/api/keys", body);
            // What bob has not no key of his has.
            bool const has =
                permissions_of(Role::user).contains(permission) && permission != Permission::account;
            EXPECT_EQ(made.status, has ? 201 : 422) << made.body;
            key = has && made.status == 201 ? made.text("/key") : "none";
            if (!has) key = key_text(Permission::servers_read);
        }
        return anonymous().with("X-API-Key", key);
    }
    std::string key_text(Permission permission) {
        key_with(permission);
        return keys_[permission];
    }

    Caller caller_of(CallerKind kind, Permission permission) {
        switch (kind) {
            case CallerKind::anonymous:
                return anonymous();
            case CallerKind::key:
                return key_with(permission);
            case CallerKind::other_key:
                return key_with(permission == Permission::servers_read ? Permission::teams_read
                                                                       : Permission::servers_read);
            default:
                return as(persona_of(kind));
        }
    }

    // Calls that are about one object are about bob's, which his team holds; the others are about the
    // caller's.
    void choose_maker(Route const& route, CallerKind kind) {
        bool const one_object = route.reach || route.own;
        team_ = one_object ? team_of_all_ : "";
        maker_ = one_object ? bob : persona_of(kind);
        if (maker_.role == Role::auditor) maker_ = alice;
    }

    // Nobody's way in is changed: wrong codes and passwords are answered as values that are not valid.
    std::string harmless_body(Route const& route) {
        auto const& operation = route.doc.id;
        if (operation == "confirmTotp" || operation == "removeTotp") return R"({"otp": "000000"})";
        if (operation == "changePassword")
            return R"({"current_password": "not this one", "new_password": "another fine secret"})";
        return a_body(route);
    }

    static Verdict verdict_of(Answer const& answer) {
        switch (answer.status) {
            case 401:
                return Verdict::unauthenticated;
            case 403:
                return Verdict::forbidden;
            case 404:
                return Verdict::hidden;
            default:
                return Verdict::allowed;
        }
    }

    std::string team_of_all_;
    std::map<Permission, std::string> keys_;
};
INSTANTIATE_TEST_SUITE_P(Engines, Permissions, each_engine, engine_name);

TEST_P(Permissions, EveryOperationAnswersEveryKindOfCallerAsThePageSays) {
    for_each_route([&](Route const& route) {
        auto const permission = route.access.permission();
        if (!permission) return;
        for (std::size_t i = 0; i < caller_kinds; ++i) {
            auto const kind = static_cast<CallerKind>(i);
            choose_maker(route, kind);
            auto const target = a_target(route);
            auto const body = harmless_body(route);

            auto const answer = caller_of(kind, *permission).send(route.method, target, body);

            EXPECT_EQ(verdict_of(answer), verdict(route, kind))
                << to_string(kind) << ": " << answer.status << " " << answer.body;
            EXPECT_LT(answer.status, 500) << answer.body;
        }
    });
}

TEST_P(Permissions, ARouteAboutOneObjectSaysWhoReachesIt) {
    for_each_route([&](Route const& route) {
        auto const permission = route.access.permission();
        if (!permission || !route.pattern.contains('{')) return;
        // These are for roles, whichever the object.
        bool const by_role = *permission == Permission::users_read || *permission == Permission::users_write;
        EXPECT_EQ(route.reach || route.own, !by_role);
    });
}

}  // namespace
}  // namespace securestack::test
