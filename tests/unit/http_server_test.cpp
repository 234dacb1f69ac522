// The transport over real loopback sockets. Deadlines are short where a deadline is the point.
#include <atomic>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/server.hpp"
#include "support/raw_client.hpp"

namespace securestack {
namespace {

using namespace std::chrono_literals;
using test::RawClient;

std::string request(std::string const& path, std::string const& more = {},
                    std::string const& method = "GET") {
    return method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
}

class ServerTest : public testing::Test {
  protected:
    ~ServerTest() override {
        if (server) server->drain();
        for (auto& thread : threads) thread.join();
        server.reset();
        database->close();
    }

    void start(ServerOptions options = {}) {
        options.port = 0;
        options.drain_grace = std::min(options.drain_grace, 300ms);
        RequestHandler handler{
            [](Method, std::string_view path) { return std::size_t{path == "/large" ? 100'000U : 1000U}; },
            [this](std::shared_ptr<Request> const& r, RequestHandler::Done done) {
                serve(*r, std::move(done));
            },
            [this](Exchange const& exchange) { keep(exchange); }};
        server =
            std::make_unique<HttpServer>(std::move(options), std::move(handler), *database, ids, clock, *log);
        server->start();
    }

    RawClient connect() const { return RawClient{server->port()}; }

    void serve(Request const& r, RequestHandler::Done done) {
        ++served;
        if (r.path == "/later") return later(50ms, text_response(200, "text/plain", "late"), std::move(done));
        if (r.path == "/never")
            return later(900ms, text_response(200, "text/plain", "too late"), std::move(done));
        if (r.path == "/empty") return done(no_content());
        if (r.path == "/stream") return done(stream_of(5, 10));
        if (r.path == "/endless") return done(stream_of(1'000'000, 64 * 1024));
        if (r.path == "/broken") return done(broken_stream(3));
        if (r.path == "/unbegun") return done(broken_stream(0));
        if (r.path == "/refused") return done(refused_stream());
        if (r.path == "/client") return done(text_response(200, "text/plain", r.client.to_string()));
        if (r.path == "/split") {
            auto response = text_response(200, "text/plain", "x");
            response.headers.add("Location", "/a\r\nSet-Cookie: b");
            return done(std::move(response));
        }
        done(text_response(200, "text/plain", r.path + "|" + r.body));
    }

    void keep(Exchange const& exchange) {
        std::lock_guard const lock(reports_mutex);
        reports.push_back(exchange);
        reports.back().request = nullptr;
        paths.push_back(exchange.request != nullptr ? exchange.request->path : "");
    }

    // What was reported, once there are `count`.
    std::vector<Exchange> reported(std::size_t count) {
        for (int i = 0; i < 500; ++i) {
            {
                std::lock_guard const lock(reports_mutex);
                if (reports.size() >= count) return reports;
            }
            std::this_thread::sleep_for(10ms);
        }
        ADD_FAILURE() << "no " << count << " reports";
        return std::vector<Exchange>(count);
    }

    static Response no_content() {
        Response response;
        response.status = 204;
        return response;
    }

    void later(std::chrono::milliseconds wait, Response response, RequestHandler::Done done) {
        std::lock_guard const lock(threads_mutex);
        threads.emplace_back([wait, response = std::move(response), done = std::move(done)]() mutable {
            std::this_thread::sleep_for(wait);
            done(std::move(response));
        });
    }

    Response stream_of(int pieces, std::size_t size) {
        Response response = text_response(200, "text/plain", "");
        auto const left = std::make_shared<int>(pieces);
        response.stream = std::make_shared<BodyStream>([this, left, size](Tx&, std::string& out) {
            out.append(size, 'x');
            ++pieces_made;
            return --*left > 0;
        });
        return response;
    }

    Response broken_stream(int good) {
        Response response = text_response(200, "text/plain", "");
        auto const left = std::make_shared<int>(good);
        response.stream = std::make_shared<BodyStream>([left](Tx&, std::string& out) {
            if ((*left)-- == 0) throw DatabaseError{DatabaseError::Kind::unavailable, "away"};
            out += "piece";
            return true;
        });
        return response;
    }

    static Response refused_stream() {
        Response response = text_response(200, "text/plain", "");
        response.stream = std::make_shared<BodyStream>([](Tx&, std::string&) -> bool {
            throw StreamRefused{Problem{ErrorCode::invalid_token, "The session is over."}};
        });
        return response;
    }

    std::unique_ptr<Log> log = make_null_log();
    SystemClock clock;
    IdSource ids;
    std::unique_ptr<Database> database = open_database(Secret{"sqlite::memory:"}, {}, *log);
    std::atomic<int> served{0};
    std::atomic<int> pieces_made{0};
    std::mutex reports_mutex;
    std::vector<Exchange> reports;
    std::vector<std::string> paths;
    std::mutex threads_mutex;
    std::vector<std::thread> threads;
    std::unique_ptr<HttpServer> server;
};

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

TEST_F(ServerTest, AnAnswerThatDoesNotComeBecomes503) {
    start({.handler_timeout = 100ms});
    auto client = connect();

    client.send(request("/never"));
    auto const answer = client.receive();

    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("Connection"), "close");
}

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

TEST_F(ServerTest, ALateAnswerOutlivesTheServer) {
    start({.handler_timeout = 50ms});
    auto client = connect();

    client.send(request("/never"));
    client.receive();
    server.reset();

    EXPECT_EQ(served, 1);
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

TEST_F(ServerTest, AnEscapedSlashIsPartOfItsSegment) {
    start();
    auto client = connect();

    client.send(request("/a%20b%2Fc%2f/d/"));

    EXPECT_EQ(client.receive().body, "/a b%2Fc%2f/d/|");
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
}  // namespace securestack
