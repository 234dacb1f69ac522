// What is reported of each exchange.
#include <string>
#include <vector>

#include "http_server_fixture.hpp"

namespace securestack::test {
namespace {

TEST_F(ServerTest, ReportsWhatWasSent) {
    start();
    auto client = connect();

    client.send(request("/one") + request("/stream"));
    auto const whole = client.receive();
    auto const streamed = client.receive();
    auto const all = reported(2);

    EXPECT_EQ(paths, (std::vector<std::string>{"/one", "/stream"}));
    EXPECT_EQ(all[0].status, 200);
    EXPECT_EQ(all[0].bytes, whole.head.size() + 4 + whole.body.size());
    EXPECT_EQ(all[1].bytes, streamed.head.size() + 4 + streamed.body.size());
    EXPECT_TRUE(all[0].complete && all[1].complete);
}

TEST_F(ServerTest, ReportsTheAnswerThatTheClientGotAndNoLaterOne) {
    start({.handler_timeout = 50ms});
    auto client = connect();

    client.send(request("/never"));
    client.receive();
    for (auto& thread : threads) thread.join();
    threads.clear();
    connect().send(request("/"));
    auto const all = reported(2);

    EXPECT_EQ(all[0].status, 503);
    EXPECT_EQ(paths, (std::vector<std::string>{"/never", "/"}));
}

TEST_F(ServerTest, ReportsWhatItRefusesToRead) {
    start();
    auto bad = connect();
    bad.send("GET / HTTP/1.1\r\n\r\n");
    bad.receive();
    reported(1);
    auto large = connect();

    large.send(request("/e", "Content-Length: 1001\r\n", "POST"));
    auto const all = reported(2);

    EXPECT_EQ(all[0].status, 400);
    EXPECT_EQ(all[1].status, 413);
    EXPECT_EQ(paths, (std::vector<std::string>{"", "/e"}));
}

TEST_F(ServerTest, ReportsAnAnswerThatEndedTooSoon) {
    start();
    auto client = connect();

    client.send(request("/broken"));
    client.rest();

    EXPECT_FALSE(reported(1)[0].complete);
}

}  // namespace
}  // namespace securestack::test
