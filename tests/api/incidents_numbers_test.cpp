// Numbers are given once each, and incidents under one key are one, whoever is at it at the same time.
#include <atomic>
#include <thread>

#include "identity_fixture.hpp"
#include "incidents_fixture.hpp"

namespace securestack::test {
namespace {

class IncidentNumbers : public IncidentTest {
  protected:
    IncidentNumbers() : IncidentTest(4) {}

    static void in_threads(int count, std::function<void(int)> const& work) {
        std::vector<std::jthread> threads;
        for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, IncidentNumbers, each_engine, engine_name);

TEST_P(IncidentNumbers, OfManyAtOnceOnTwoReplicasNoneIsMissingAndNoneTwice) {
    constexpr int threads = 6;
    constexpr int rounds = 10;
    Replica other{app()};
    auto const token = anonymous().post("/api/auth/login", (id_of(bob), credentials(bob))).text("/access");
    auto const caller = anonymous().with("Authorization", "Bearer " + token);
    std::atomic<int> made = 0;

    in_threads(threads, [&](int thread) {
        for (int i = 0; i < rounds; ++i) {
            auto const body = R"({"title": "x"})";
            auto const status = thread % 2 == 0
                                    ? caller.post("/api/incidents", body).status
                                    : other.send(Method::post, "/api/incidents", body, token).status;
            // Contention may outlast the retries; such a write is refused, and takes no number.
            EXPECT_TRUE(status == 201 || status == 503) << status;
            if (status == 201) ++made;
        }
    });

    EXPECT_EQ(number("SELECT count(*) FROM incidents"), made);
    EXPECT_EQ(number("SELECT max(number) FROM incidents"), made);
    EXPECT_EQ(number("SELECT count(DISTINCT number) FROM incidents"), made);
    EXPECT_GE(made, threads * rounds * 9 / 10);
}

TEST_P(IncidentNumbers, ReportsOfOneTroubleAtOnceAreOneIncident) {
    auto const server = new_server(bob, "db-1");
    std::atomic<int> done = 0;

    in_threads(4, [&](int) {
        for (int i = 0; i < 5; ++i) {
            try {
                report(report_of("backup:1", {server}));
                ++done;
            } catch (DatabaseError const& error) {
                EXPECT_EQ(error.kind(), DatabaseError::Kind::serialization);
            }
        }
    });

    EXPECT_EQ(number("SELECT count(*) FROM incidents"), 1);
    EXPECT_EQ(number("SELECT occurrences FROM incidents"), done);
}

}  // namespace
}  // namespace securestack::test
