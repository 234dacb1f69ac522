// A file of servers that is too large to be held: it waits on the disk, and is imported while somebody waits
// for the answer.
#include <thread>

#include <gtest/gtest.h>

#include "api/identity_fixture.hpp"
#include "support/peak_memory.hpp"

namespace securestack::test {
namespace {

class ServersImportFile : public IdentityTest {
  protected:
    // As the transport hands it over.
    Request request_with(std::function<void(Spool&)> const& fill) {
        auto spool = std::make_shared<Spool>(app()->settings().data_dir);
        fill(*spool);
        spool->seal();
        Request request;
        request.method = Method::post;
        request.target = request.path = "/api/servers/import";
        request.headers.add("Authorization", "Bearer " + token());
        request.headers.add("Content-Type", "text/csv");
        request.client = Address::parse("127.0.0.1").value();
        request.spool = std::move(spool);
        request.stop = std::stop_source{};
        return request;
    }
    std::string token() {
        return anonymous().post("/api/auth/login", test::credentials(bob)).text("/access");
    }
    static void add_rows(Spool& spool, int count, std::string const& prefix, std::size_t length = 1) {
        spool.append("name,description\n");
        std::string const description(length, 'x');
        for (int i = 0; i < count; ++i) spool.append(prefix + std::to_string(i) + "," + description + "\n");
    }
    std::int64_t servers() { return number("SELECT count(*) FROM servers"); }
};
INSTANTIATE_TEST_SUITE_P(Engines, ServersImportFile, each_engine, engine_name);

TEST_P(ServersImportFile, IsImportedFromTheDisk) {
    id_of(bob);
    auto const answer = app().dispatch(request_with([](Spool& spool) { add_rows(spool, 250, "n"); }));

    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.at("/created"), 250);
    EXPECT_EQ(servers(), 250);
}

TEST_P(ServersImportFile, WithFaultsNothingIsWrittenNotEvenForAWhile) {
    id_of(bob);
    auto request = request_with([](Spool& spool) { spool.append("name\na\n\"\"\nb\na\n"); });
    auto const before = app().database().stats().commits;

    auto const answer = app().dispatch(std::move(request));

    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(answer.at("/errors").as_array().size(), 2U) << answer.body;
    EXPECT_EQ(app().database().stats().commits, before);
}

// Whenever the stop comes, what the caller is told is what became of it.
TEST_P(ServersImportFile, WhoIsToldThatNothingWasDoneFindsNothing) {
    id_of(bob);
    bool stopped = false;
    for (int i = 0; i < 12; ++i) {
        auto request =
            request_with([&](Spool& spool) { add_rows(spool, 400, "r" + std::to_string(i) + "-"); });
        auto const before = servers();
        std::jthread const killer{[stop = request.stop, i]() mutable {
            std::this_thread::sleep_for(std::chrono::milliseconds{i * 15});
            stop.request_stop();
        }};

        auto const answer = app().dispatch(std::move(request));

        stopped = stopped || answer.status == 503;
        EXPECT_EQ(servers() - before, answer.status == 200 ? 400 : 0) << answer.body;
    }
    EXPECT_TRUE(stopped);
}

#if SECURESTACK_MEMORY_CAN_BE_MEASURED
TEST_P(ServersImportFile, ItsMemoryDoesNotGrowWithTheFile) {
    id_of(bob);
    auto const peak_of = [&](int rows, std::string const& prefix) {
        auto request = request_with([&](Spool& spool) { add_rows(spool, rows, prefix, 9'000); });
        forget_peak_memory();
        auto const before = peak_memory_bytes();
        EXPECT_EQ(app().dispatch(std::move(request)).status, 200);
        return peak_memory_bytes() - before;
    };
    auto const small = peak_of(100, "first-");
    auto const large = peak_of(1'500, "second-");

    EXPECT_LT(large, small + std::size_t{6} * 1024 * 1024);
}
#endif

}  // namespace
}  // namespace securestack::test
