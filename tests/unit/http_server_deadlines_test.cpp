// What does not come ends at its deadline.
#include <thread>

#include "http_server_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(ServerTest, AHeaderThatDripsEndsAtItsDeadline) {
    start({.header_timeout = 200ms});
    auto client = connect();
    auto const begun = std::chrono::steady_clock::now();

    client.send("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 40 && client.send("X: y\r\n"); ++i) std::this_thread::sleep_for(20ms);

    EXPECT_EQ(client.receive().status, 408);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
}

TEST_F(ServerTest, ASilentConnectionIsClosed) {
    start({.header_timeout = 100ms});
    auto client = connect();

    EXPECT_TRUE(client.closed_within(2s));
}

TEST_F(ServerTest, AnIdleConnectionIsClosed) {
    start({.idle_timeout = 100ms});
    auto client = connect();

    client.send(request("/"));
    client.receive();

    EXPECT_TRUE(client.closed_within(2s));
}

TEST_F(ServerTest, ABodyThatDoesNotComeEndsAtItsDeadline) {
    start({.body_timeout = 100ms});
    auto client = connect();

    client.send(request("/", "Content-Length: 10\r\n", "POST") + "abc");

    EXPECT_EQ(client.receive().status, 408);
}

TEST_F(ServerTest, ABodyThatBeganQuicklyMayStandStillNoLonger) {
    start({.body_timeout = 100ms});
    auto client = connect();
    auto const begun = std::chrono::steady_clock::now();

    client.send(request("/large", "Content-Length: 95000\r\n", "POST") + std::string(90'000, 'x'));

    EXPECT_EQ(client.receive().status, 408);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 1s);
}

TEST_F(ServerTest, AnAnswerThatDoesNotComeBecomes503) {
    start({.handler_timeout = 100ms});
    auto client = connect();

    client.send(request("/never"));
    auto const answer = client.receive();

    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("Connection"), "close");
}

TEST_F(ServerTest, ALateAnswerOutlivesTheServer) {
    start({.handler_timeout = 50ms});
    auto client = connect();

    client.send(request("/never"));
    client.receive();
    server.reset();

    EXPECT_EQ(served, 1);
}

}  // namespace
}  // namespace securestack::test
