// Answers that are made piece by piece.
#include <string>
#include <thread>

#include "http_server_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(ServerTest, StreamsInChunks) {
    start();
    auto client = connect();

    client.send(request("/stream") + request("/next"));
    auto const answer = client.receive();

    EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(answer.header("Content-Length"), "");
    EXPECT_TRUE(answer.body.starts_with("a\r\nxxxxxxxxxx\r\na\r\n"));
    EXPECT_EQ(answer.body.size(), 5U * 15U + 5U);
    EXPECT_EQ(client.receive().body, "/next|");
}

TEST_F(ServerTest, StreamsToHttp10UntilTheEndOfTheConnection) {
    start();
    auto client = connect();

    client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    auto const answer = client.receive();

    EXPECT_EQ(answer.header("Transfer-Encoding"), "");
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(answer.body, std::string(50, 'x'));
}

TEST_F(ServerTest, HeadOfAStreamAsksForNoPiece) {
    start();
    auto client = connect();

    client.send(request("/stream", {}, "HEAD") + request("/next"));

    EXPECT_EQ(client.receive(false).header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(client.receive().body, "/next|");
    EXPECT_EQ(pieces_made, 0);
}

TEST_F(ServerTest, AStreamThatBreaksHasNoLastChunk) {
    start();
    auto client = connect();

    client.send(request("/broken"));
    auto const all = client.rest();

    EXPECT_TRUE(all.starts_with("HTTP/1.1 200"));
    EXPECT_EQ(all.find("\r\n0\r\n"), std::string::npos);
}

TEST_F(ServerTest, AStreamThatBreaksBeforeItsFirstPieceIsAProblem) {
    start();
    auto client = connect();

    client.send(request("/unbegun"));

    EXPECT_EQ(client.receive().status, 503);
}

TEST_F(ServerTest, AStreamThatItsCallerMayNotHaveIsAProblem) {
    start();
    auto client = connect();

    client.send(request("/refused"));

    EXPECT_EQ(client.receive().status, 401);
}

TEST_F(ServerTest, ASlowReaderHoldsTheStreamBack) {
    start({.write_timeout = 400ms});
    RawClient client{server->port(), 4096};

    client.send(request("/endless"));
    client.some(1);
    std::this_thread::sleep_for(200ms);
    int const soon = pieces_made;
    std::this_thread::sleep_for(150ms);

    // What the sockets' own buffers take, and no more: no piece is made before the one before has left.
    EXPECT_LT(soon, 200);
    EXPECT_EQ(pieces_made, soon);
    for (int i = 0; i < 100 && server->stats().connections > 0; ++i) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(server->stats().connections, 0U);
}

TEST_F(ServerTest, AStreamWhoseClientHasGoneIsLetGoWhileItRests) {
    start();
    {
        auto client = connect();
        client.send(request("/resting"));
        client.some(1);
        std::this_thread::sleep_for(50ms);
        EXPECT_FALSE(is_let_go(0ms));
    }

    EXPECT_TRUE(is_let_go(500ms));
    EXPECT_FALSE(reported(1).front().complete);
}

TEST_F(ServerTest, WhatIsSentWhileAStreamRestsIsTheNextRequest) {
    start();
    auto client = connect();
    client.send(request("/resting"));
    client.some(1);

    client.send(request("/next"));
    std::this_thread::sleep_for(100ms);
    int const pieces = pieces_made;
    EXPECT_LE(pieces, 4) << "a request that waits does not keep the stream awake";
    more_to_come = false;

    EXPECT_TRUE(client.receive().body.ends_with("0\r\n\r\n"));
    EXPECT_EQ(client.receive().body, "/next|");
}

}  // namespace
}  // namespace securestack::test
