// What is too large or too many is refused.
#include <memory>
#include <string>

#include "http_server_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(ServerTest, LargeBodiesShareABudget) {
    start({.max_body_memory = 40'000});
    auto const announced = request("/large", "Content-Length: 30000\r\n", "POST");
    auto holder = std::make_unique<RawClient>(connect());
    holder->send(announced + std::string(29'999, 'x'));
    auto const ask = [&] {
        auto client = connect();
        client.send(announced + std::string(30'000, 'y'));
        return client.receive();
    };

    // The holder's bytes may still be on their way.
    auto refused = ask();
    for (int i = 0; i < 500 && refused.status == 200; ++i) refused = ask();
    auto small = connect();
    small.send(request("/small", "Content-Length: 900\r\n", "POST") + std::string(900, 'z'));

    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "1");
    EXPECT_EQ(refused.header("Connection"), "close");
    EXPECT_EQ(small.receive().status, 200);

    holder.reset();
    auto again = ask();
    for (int i = 0; i < 500 && again.status == 503; ++i) again = ask();
    EXPECT_EQ(again.status, 200);
}

TEST_F(ServerTest, StrangersBodiesAreNotInTheWayOfTheOthers) {
    start({.max_body_memory = 160'000});
    auto const announced = [](std::string const& path) {
        return request(path, "Content-Length: 30000\r\n", "POST");
    };
    auto const ask = [&](std::string const& path) {
        auto client = connect();
        client.send(announced(path) + std::string(30'000, 'y'));
        return client.receive().status;
    };
    auto holder = connect();
    holder.send(announced("/large/anybody") + std::string(29'999, 'x'));

    auto stranger = ask("/large/anybody");
    for (int i = 0; i < 500 && stranger == 200; ++i) stranger = ask("/large/anybody");

    EXPECT_EQ(stranger, 503);
    EXPECT_EQ(ask("/large"), 200);
}

TEST_F(ServerTest, WhoIsNotLetInSendsNoLargeBody) {
    start();
    auto client = connect();
    auto patient = connect();

    client.send(request("/large/private", "Content-Length: 90000\r\n", "POST"));
    patient.send(request("/large/private", "Content-Length: 9\r\nExpect: 100-continue\r\n", "POST"));
    auto const answer = client.receive();

    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(patient.receive().status, 401);
    EXPECT_EQ(served, 0);
    EXPECT_EQ(reported(2)[0].status, 401);
}

TEST_F(ServerTest, RefusesALargeBodyBeforeItComes) {
    start();
    auto client = connect();

    client.send(request("/e", "Content-Length: 1001\r\nExpect: 100-continue\r\n", "POST"));
    auto const answer = client.receive();

    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(served, 0);
}

TEST_F(ServerTest, TheRefusalReachesAClientThatGoesOnSending) {
    start();
    auto client = connect();

    client.send(request("/e", "Content-Length: 3000000\r\n", "POST"));
    client.send(std::string(3'000'000, 'x'));

    EXPECT_EQ(client.receive().status, 413);
}

TEST_F(ServerTest, RefusesLargeChunkedBodiesTargetsAndHeaders) {
    start();
    auto chunked = connect();
    auto target = connect();
    auto header = connect();

    chunked.send(request("/", "Transfer-Encoding: chunked\r\n", "POST") + "fff\r\n");
    target.send(request("/" + std::string(9000, 'x')));
    header.send(request("/", "X: " + std::string(20000, 'x') + "\r\n"));

    EXPECT_EQ(chunked.receive().status, 413);
    EXPECT_EQ(target.receive().status, 414);
    EXPECT_EQ(header.receive().status, 431);
}

TEST_F(ServerTest, TooManyConnectionsAreTold) {
    start({.max_connections = 2});
    auto first = connect();
    auto second = connect();
    first.send(request("/"));
    first.receive();
    second.send(request("/"));
    second.receive();

    auto third = connect();
    third.send(request("/"));

    EXPECT_EQ(third.receive().status, 503);
    EXPECT_EQ(server->stats().refused, 1U);
}

}  // namespace
}  // namespace securestack::test
