// How long a task's incident that was resolved is reopened, instead of another one made.
#include "api/backups_fixture.hpp"
#include "api/identity_fixture.hpp"

namespace securestack::test {
namespace {

class BackupsReopen : public BackupsTest {
  protected:
    // The number of incidents after a failure, a success a minute later and another failure.
    std::size_t incidents_with(std::chrono::seconds window) {
        auto settings = app()->settings();
        settings.incident_reopen_window = window;
        Replica program{app(), settings};
        auto const url = ping_path(new_task("t"));
        for (std::string const signal : {"/fail", "", "/fail"}) {
            EXPECT_EQ(program.send(Method::get, url + signal).status, 200);
            app().clock.advance(60s);
        }
        return as(bob).get("/api/incidents").at("/results").as_array().size();
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, BackupsReopen, each_engine, engine_name);

TEST_P(BackupsReopen, WithinTheWindowItIsTheSameIncident) {
    EXPECT_EQ(incidents_with(120s), 1U);
}

TEST_P(BackupsReopen, BeyondItThereIsAnotherOne) {
    EXPECT_EQ(incidents_with(30s), 2U);
}

TEST_P(BackupsReopen, WithoutAWindowThereIsAlwaysAnotherOne) {
    EXPECT_EQ(incidents_with(0s), 2U);
}

}  // namespace
}  // namespace securestack::test
