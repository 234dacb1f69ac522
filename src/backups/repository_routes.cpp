#include <boost/json/object.hpp>

#include "audit/save_changes.hpp"
#include "backups/repository.hpp"
#include "backups/routes.hpp"
#include "http/bound.hpp"
#include "http/collection.hpp"
#include "identity/team.hpp"
#include "identity/visible.hpp"

namespace securestack {
namespace {

Problem absent() {
    return {ErrorCode::not_found, "There is no repository with this id."};
}

Result<Scope> readable(Tx&, Context const& context) {
    return visible_to(context.principal, {});
}

Result<Repository> find(Tx& tx, Context const& context, Id id, Reach reach) {
    auto found = Table<Repository>(tx).find(id);
    if (!found) return absent();
    auto const holder = holder_of(*found);
    if (reaches(context.principal, reach, holder)) return *std::move(found);
    if (!reaches(context.principal, Reach::read, holder)) return absent();
    return Problem{
        ErrorCode::forbidden,
        "You may see this repository, but not change it: that takes its owner, or a maintainer of its "
        "team."};
}

RepositoryDraft draft_of(Repository const& repository) {
    RepositoryDraft draft;
    draft.name = repository.name;
    draft.url = repository.url;
    draft.append_only = repository.append_only;
    draft.team = repository.team;
    return draft;
}

// Which secrets a document speaks of. What it leaves out stays; null removes.
struct Mentioned {
    bool password = false;
    bool env = false;
};
Mentioned mentioned_in(boost::json::value const& document) {
    auto const* members = document.if_object();
    if (members == nullptr) return {};
    return {.password = members->contains("password"), .env = members->contains("env")};
}

class Repositories {
  public:
    explicit Repositories(MasterKey const& key) : key_(key) {}

    Result<Created<Repository>> create(Tx& tx, Context const& context, Draft<RepositoryDraft> draft) const {
        check_team(tx, context.principal, draft.value.team, draft.errors);
        if (!draft.errors.empty()) return Problem{std::move(draft.errors)};
        Repository repository;
        repository.id = context.new_id();
        repository.owner = context.principal.user;
        repository.created_at = repository.updated_at = context.now;
        auto const secrets = take(repository, draft.value, {.password = true, .env = true});
        if (auto const saved = Table<Repository>(tx).insert(repository); !saved) return saved.error();
        record_created(tx, context, "repository.create", repository, secrets);
        return Created<Repository>{repository, "/api/repositories/" + repository.id.to_string()};
    }

    template <class Document>
    Result<Entity<Repository>> change(Tx& tx, Context const& context, Id id, Document const& document) const {
        auto const before = find(tx, context, id, Reach::manage);
        if (!before) return before.error();
        if (auto const current = context.check_preconditions(before->version); !current)
            return current.error();
        auto draft = document.draft(draft_of(*before));
        if (draft.value.team != before->team)
            check_team(tx, context.principal, draft.value.team, draft.errors);
        if (!draft.errors.empty()) return Problem{std::move(draft.errors)};
        auto after = *before;
        auto const secrets = take(after, draft.value, mentioned_in(document.document()));
        auto const saved = save_changes(tx, context, "repository.update", *before, after, secrets);
        if (!saved) return saved.error();
        return Entity<Repository>{std::move(after)};
    }

  private:
    // What that changes of the secrets, masked.
    boost::json::object take(Repository& repository, RepositoryDraft const& draft,
                             Mentioned const& mentioned) const {
        repository.name = draft.name;
        repository.url = draft.url;
        repository.append_only = draft.append_only;
        repository.team = draft.team;
        boost::json::object changes;
        if (!mentioned.password && !mentioned.env) return changes;
        auto secrets = open_secrets(key_, repository);
        auto const note = [&](std::string_view member, bool was_there, bool is_there) {
            if (was_there || is_there) changes[member] = masked_change(was_there, is_there);
        };
        if (mentioned.password) {
            note("password", secrets.password.has_value(), draft.password.has_value());
            secrets.password = draft.password;
        }
        if (mentioned.env) {
            auto env = draft.env.value_or(std::map<std::string, std::string>{});
            note("env", !secrets.env.empty(), !env.empty());
            secrets.env = std::move(env);
        }
        if (!changes.empty()) repository.sealed = seal_secrets(key_, repository.id, secrets);
        return changes;
    }

    MasterKey const& key_;
};

Result<Entity<Repository>> get_repository(Tx& tx, Context const& context, Id id) {
    auto found = find(tx, context, id, Reach::read);
    if (!found) return found.error();
    return Entity<Repository>{*std::move(found)};
}

Result<NoContent> delete_repository(Tx& tx, Context const& context, Id id) {
    auto const before = find(tx, context, id, Reach::manage);
    if (!before) return before.error();
    if (auto const current = context.check_preconditions(before->version); !current) return current.error();
    bool const used = tx.first("SELECT 1 FROM backups WHERE repository = $1 LIMIT 1", {id}, [](Row const&) {
                            return true;
                        }).has_value();
    if (used) {
        return Problem{ErrorCode::conflict, "Backup tasks use this repository; give them another one first."};
    }
    Table<Repository>(tx).remove(id);
    record_deleted(tx, context, "repository.delete", *before);
    return NoContent{};
}

}  // namespace

void add_repository_routes(Router& router, Backups& backups) {
    Repositories const repositories{backups.key()};
    Collection collection{router,
                          {.address = "/api/repositories",
                           .tag = "Repositories",
                           .operation = {"Repository", "Repositories"},
                           .words = {"repository", "repositories"},
                           .reading = Permission::backups_read,
                           .writing = Permission::backups_write,
                           .changing = Reach::manage}};
    collection.list<Repository>(readable);
    collection.create(bound(repositories, &Repositories::create));
    collection.get(get_repository).summary("One repository; its secrets are never answered");
    collection.replace(bound(repositories, &Repositories::change<Replacement<RepositoryDraft>>))
        .summary("Replace a repository; secrets that are left out stay, and null removes one");
    collection.update(bound(repositories, &Repositories::change<Patch<RepositoryDraft>>));
    collection.remove(delete_repository)
        .summary("Forget a repository that no task uses; its data stays where it is")
        .answers(409);
}

}  // namespace securestack
