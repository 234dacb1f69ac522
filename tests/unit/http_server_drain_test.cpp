// How the server stops.
#include <atomic>
#include <thread>
#include <vector>

#include "http_server_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(ServerTest, DrainAnswersWhatHasBegun) {
    start();
    auto client = connect();
    client.send(request("/later"));
    while (served == 0) std::this_thread::yield();

    server->drain();
    auto const answer = client.receive();

    EXPECT_EQ(answer.body, "late");
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_THROW(connect(), std::runtime_error);
}

TEST_F(ServerTest, DrainClosesIdleConnections) {
    start();
    auto client = connect();
    client.send(request("/"));
    client.receive();

    auto const begun = std::chrono::steady_clock::now();
    std::thread closer{[&] { server->drain(); }};

    EXPECT_TRUE(client.closed_within(2s));
    client.finish_sending();
    closer.join();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
}

TEST_F(ServerTest, DrainCutsWhatDoesNotEnd) {
    start({.drain_timeout = 100ms});
    auto client = connect();
    client.send(request("/never"));
    while (served == 0) std::this_thread::yield();

    auto const begun = std::chrono::steady_clock::now();
    server->drain();

    EXPECT_LT(std::chrono::steady_clock::now() - begun, 800ms);
    EXPECT_EQ(client.rest(), "");
}

// Clients that send one request after the other, and reconnect only after "Connection: close".
TEST_F(ServerTest, DrainUnderLoadLosesNoRequest) {
    start();
    std::atomic<int> answered{0};
    std::atomic<int> lost{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 6; ++i) {
        clients.emplace_back([&, i] {
            auto client = connect();
            for (;;) {
                client.send(request(i % 2 == 0 ? "/x" : "/later"));
                try {
                    auto const answer = client.receive();
                    ++answered;
                    if (answer.header("Connection") == "close") return;
                } catch (std::runtime_error const&) {
                    ++lost;
                    return;
                }
            }
        });
    }
    std::this_thread::sleep_for(200ms);

    server->drain();
    for (auto& client : clients) client.join();

    EXPECT_EQ(lost, 0);
    EXPECT_GT(answered, 6);
}

}  // namespace
}  // namespace securestack::test
