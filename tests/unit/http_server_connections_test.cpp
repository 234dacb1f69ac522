// Connections over real sockets: how long they live, who is at their other end.
#include <algorithm>
#include <string>

#include "http_server_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
    start();
    auto client = connect();

    client.send(request("/one"));
    auto const first = client.receive();
    client.send(request("/two/", "X-Request-Id: abc-1\r\n"));
    auto const second = client.receive();

    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(first.body, "/one|");
    EXPECT_EQ(first.header("X-Request-Id").size(), 36U);
    EXPECT_TRUE(first.header("Date").ends_with("GMT"));
    EXPECT_EQ(first.header("Server"), "");
    EXPECT_EQ(second.body, "/two/|");
    EXPECT_EQ(second.header("X-Request-Id"), "abc-1");
}

TEST_F(ServerTest, MakesARequestIdWhenTheGivenOneIsNotSane) {
    start();
    auto client = connect();

    client.send(request("/", "X-Request-Id: a b\r\n"));

    EXPECT_EQ(client.receive().header("X-Request-Id").size(), 36U);
}

TEST_F(ServerTest, AnswersAHundredPipelinedRequestsInOrder) {
    start();
    auto client = connect();
    std::string all;
    for (int i = 0; i < 100; ++i) all += request(i % 10 == 3 ? "/later" : "/" + std::to_string(i));

    client.send(all);

    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(client.receive().body, i % 10 == 3 ? "late" : "/" + std::to_string(i) + "|");
    }
}

TEST_F(ServerTest, WhoPipelinesLeavesTheThreadToOthers) {
    start({.threads = 1});
    auto greedy = connect();
    auto other = connect();
    other.send(request("/first"));
    other.receive();
    std::string all;
    for (int i = 0; i < 10; ++i) all += request("/held");

    greedy.send(all);
    while (served < 2) std::this_thread::sleep_for(1ms);  // the thread is with the first of them
    other.send(request("/other"));
    held_may_go.count_down();

    reported(12);
    std::lock_guard const lock(reports_mutex);
    EXPECT_LT(std::ranges::find(paths, "/other") - paths.begin(), 6);
}

TEST_F(ServerTest, ClosesWhenAskedTo) {
    start();
    auto client = connect();

    client.send(request("/", "Connection: close\r\n"));

    EXPECT_EQ(client.receive().header("Connection"), "close");
    EXPECT_TRUE(client.closed_within(1s));
}

TEST_F(ServerTest, Http10ClosesUnlessKeptAlive) {
    start();
    auto closing = connect();
    auto keeping = connect();

    closing.send("GET / HTTP/1.0\r\n\r\n");
    keeping.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

    EXPECT_EQ(closing.receive().status, 200);
    EXPECT_TRUE(closing.closed_within(1s));
    EXPECT_EQ(keeping.receive().header("Connection"), "keep-alive");
    keeping.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(keeping.receive().status, 200);
}

TEST_F(ServerTest, AClientThatLeavesDoesNoHarm) {
    start();
    {
        auto client = connect();
        client.send(request("/later"));
    }

    auto other = connect();
    other.send(request("/"));

    EXPECT_EQ(other.receive().status, 200);
}

TEST_F(ServerTest, AnswersAClientThatHasFinishedSending) {
    start();
    auto client = connect();

    client.send(request("/later"));
    client.finish_sending();

    EXPECT_EQ(client.receive().body, "late");
}

TEST_F(ServerTest, BelievesTrustedProxiesOnly) {
    auto const forwarded = request("/client", "X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n");
    start();
    auto stranger = connect();
    stranger.send(forwarded);
    auto const unbelieved = stranger.receive();
    server.reset();

    start({.trusted_proxies = {*Network::parse("127.0.0.0/8")}});
    auto proxy = connect();
    proxy.send(forwarded);
    auto const believed = proxy.receive();

    EXPECT_EQ(unbelieved.body, "127.0.0.1");
    EXPECT_EQ(unbelieved.header("Strict-Transport-Security"), "");
    EXPECT_EQ(believed.body, "192.0.2.9");
    EXPECT_EQ(believed.header("Strict-Transport-Security"), "max-age=31536000");
}

TEST_F(ServerTest, AnAddressInUseIsNamed) {
    start();
    ServerOptions options{.port = server->port()};
    RequestHandler const handler{};

    try {
        HttpServer const second{options, handler, *database, ids, clock, *log};
        FAIL();
    } catch (std::runtime_error const& error) {
        EXPECT_NE(std::string{error.what()}.find("127.0.0.1"), std::string::npos);
        EXPECT_NE(std::string{error.what()}.find("in use"), std::string::npos);
    }
}

TEST_F(ServerTest, ListensOnNamesAndIPv6) {
    for (auto const* host : {"localhost", "::1", "[::1]", "0.0.0.0", "::"}) {
        start({.host = host});
        EXPECT_NE(server->port(), 0) << host;
        server.reset();
    }
}

}  // namespace
}  // namespace securestack::test
