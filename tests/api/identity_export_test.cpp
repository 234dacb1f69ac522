// An export leaves piece by piece, for as long as it takes: it ends with its caller's session, not with the
// few minutes of its access token.
#include <gtest/gtest.h>

#include "identity_fixture.hpp"

namespace securestack::test {
namespace {

class Export : public IdentityTest {
  protected:
    // Begun by a newcomer; no piece of it was made yet.
    Response begin() {
        login = newcomer("dora");
        Request request;
        request.target = request.path = "/api/servers";
        request.headers.add("Accept", "text/csv");
        request.headers.add("Authorization", "Bearer " + login.text("/access"));
        request.id = "test-request";
        return app()->dispatch(std::move(request));
    }
    std::string first_piece(Response const& exported) {
        std::string text;
        app().database().read_now([&](Tx& tx) { (*exported.stream)(tx, text); });
        return text;
    }

    Answer login;
};
INSTANTIATE_TEST_SUITE_P(Engines, Export, each_engine, engine_name);

TEST_P(Export, OutlivesItsAccessToken) {
    auto const exported = begin();

    app().clock.advance(std::chrono::minutes{30});

    EXPECT_TRUE(first_piece(exported).starts_with("id,name"));
}

TEST_P(Export, EndsWithALogout) {
    auto const exported = begin();

    log_out(login.text("/refresh"));

    EXPECT_THROW(first_piece(exported), StreamRefused);
}

TEST_P(Export, EndsWithADisabledUser) {
    auto const exported = begin();
    auto const found = as(alice).get("/api/users?username=dora");

    as(alice).patch("/api/users/" + found.text("/results/0/id"), R"({"disabled": true})");

    EXPECT_THROW(first_piece(exported), StreamRefused);
}

}  // namespace
}  // namespace securestack::test
