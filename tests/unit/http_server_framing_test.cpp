// Where a request begins and ends on the wire, and its answer.
#include <string>
#include <vector>

#include "http_server_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(ServerTest, TakesARequestByteByByte) {
    start();
    auto client = connect();

    for (char const c : request("/slow", "Content-Length: 3\r\n", "POST") + "abc") client.send({&c, 1});

    EXPECT_EQ(client.receive().body, "/slow|abc");
}

TEST_F(ServerTest, TakesAChunkedBodyAndTheRequestBehindIt) {
    start();
    auto client = connect();

    client.send(request("/c", "Transfer-Encoding: chunked\r\n", "POST") + "2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n" +
                request("/d"));

    EXPECT_EQ(client.receive().body, "/c|abc");
    EXPECT_EQ(client.receive().body, "/d|");
}

TEST_F(ServerTest, HeadHasTheHeadersOfGetAndNoBody) {
    start();
    auto client = connect();

    client.send(request("/h", {}, "HEAD") + request("/next"));
    auto const head = client.receive(false);

    EXPECT_EQ(head.header("Content-Length"), "3");
    EXPECT_EQ(client.receive().body, "/next|");
}

TEST_F(ServerTest, NoContentHasNeitherBodyNorLength) {
    start();
    auto client = connect();

    client.send(request("/empty") + request("/next"));
    auto const empty = client.receive();

    EXPECT_EQ(empty.status, 204);
    EXPECT_EQ(empty.header("Content-Length"), "");
    EXPECT_EQ(client.receive().body, "/next|");
}

TEST_F(ServerTest, AHandlerCannotSplitTheResponse) {
    start();
    auto client = connect();

    client.send(request("/split"));

    EXPECT_EQ(client.receive().header("Set-Cookie"), "");
}

TEST_F(ServerTest, AsksForTheBodyThatIsAnnounced) {
    start();
    auto client = connect();

    client.send(request("/e", "Content-Length: 2\r\nExpect: 100-continue\r\n", "POST"));

    EXPECT_EQ(client.receive().status, 100);
    client.send("ok");
    EXPECT_EQ(client.receive().body, "/e|ok");
}

TEST_F(ServerTest, AMethodThatNobodyHasKeepsTheConnection) {
    start();
    auto client = connect();

    client.send(request("/a", "Content-Length: 2\r\n", "BREW") + "ab" + request("/b"));

    EXPECT_EQ(client.receive().body, "/a|ab");
    EXPECT_EQ(client.receive().body, "/b|");
}

TEST_F(ServerTest, NothingBehindAFramingErrorIsServed) {
    start();
    auto const smuggled = request("/smuggled");
    std::vector<std::string> const attacks{
        request("/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "POST") + "0\r\n\r\n" + smuggled,
        request("/", "Content-Length: 0\r\nContent-Length: 0\r\n", "POST") + smuggled,
        request("/", "Transfer-Encoding: xchunked\r\n", "POST") + "0\r\n\r\n" + smuggled,
        request("/", "X: y\r\n z\r\n") + smuggled,
        "GET / HTTP/1.1\nHost: a\n\n" + smuggled,
        "GET / HTTP/1.1\r\n\r\n" + smuggled};

    for (auto const& attack : attacks) {
        auto client = connect();
        client.send(attack);
        auto const answer = client.receive();
        EXPECT_EQ(answer.status, 400) << attack;
        EXPECT_EQ(answer.header("Connection"), "close");
        EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
        EXPECT_EQ(client.rest(), "");
    }

    EXPECT_EQ(served, 0);
}

TEST_F(ServerTest, ABadChunkEndsTheConnection) {
    start();
    auto client = connect();

    client.send(request("/", "Transfer-Encoding: chunked\r\n", "POST") + "1\r\nab\r\n0\r\n\r\n" +
                request("/x"));

    EXPECT_EQ(client.receive().status, 400);
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(served, 0);
}

TEST_F(ServerTest, AnEscapedSlashIsPartOfItsSegment) {
    start();
    auto client = connect();

    client.send(request("/a%20b%2Fc%2f/d/"));

    EXPECT_EQ(client.receive().body, "/a b%2Fc%2f/d/|");
}

}  // namespace
}  // namespace securestack::test
