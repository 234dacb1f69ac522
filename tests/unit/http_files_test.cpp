// Routes that take whole files, over real loopback sockets: what becomes of a large body, and of work for
// which nobody waits any more.
#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "http/server.hpp"
#include "support/peak_memory.hpp"
#include "support/raw_client.hpp"

namespace securestack {
namespace {

using namespace std::chrono_literals;
using test::RawClient;

constexpr std::size_t mebibyte = 1024 * 1024;

std::string post(std::string const& path, std::string const& more) {
    return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
}

// "/file" answers with the size of the body and what its bytes add up to, "/work" works until it is stopped.
class Files : public testing::Test {
  protected:
    void SetUp() override {
        auto pattern = (std::filesystem::temp_directory_path() / "securestack-files.XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    ~Files() override {
        if (server_) server_->drain();
        for (auto& thread : threads_) thread.join();
        server_.reset();
        database_->close();
        std::filesystem::remove_all(directory_);
    }

    void start(ServerOptions options = {}) {
        options.port = 0;
        options.drain_grace = 100ms;
        options.presence_interval = 20ms;
        if (options.spool_directory.empty()) options.spool_directory = directory_;
        RequestHandler handler{.body_limit = [](Method, std::string_view) { return 64 * mebibyte; },
                               .serve = [this](auto request, auto done) { serve(request, std::move(done)); },
                               .file_timeout =
                                   [this](Method, std::string_view path) {
                                       return path == "/plain" ? 0ms : file_timeout_.load();
                                   }};
        server_ = std::make_unique<HttpServer>(std::move(options), std::move(handler), *database_, ids_,
                                               clock_, *log_);
        server_->start();
    }

    void serve(std::shared_ptr<Request> const& request, RequestHandler::Done done) {
        if (request->path == "/work") return work(request, std::move(done));
        spooled_ = request->spool != nullptr;
        std::size_t size = 0;
        std::size_t sum = 0;
        request->each_piece([&](std::string_view piece) {
            size += piece.size();
            for (unsigned char const c : piece) sum += c;
        });
        done(text_response(200, "text/plain", std::to_string(size) + " " + std::to_string(sum)));
    }

    void work(std::shared_ptr<Request> const& request, RequestHandler::Done done) {
        threads_.emplace_back([this, request, done = std::move(done)]() mutable {
            ++working_;
            while (!request->stop.stop_requested()) std::this_thread::sleep_for(5ms);
            stopped_.set_value();
            if (answers_) done(text_response(503, "text/plain", "stopped"));
        });
    }

    RawClient connect() const { return RawClient{server_->port()}; }
    bool was_stopped() { return stopped_.get_future().wait_for(10s) == std::future_status::ready; }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{directory_}, {}));
    }

    std::atomic<std::chrono::milliseconds> file_timeout_{60'000ms};
    std::atomic<bool> spooled_ = false;
    std::atomic<bool> answers_ = true;
    std::atomic<int> working_ = 0;
    std::promise<void> stopped_;
    std::filesystem::path directory_;
    std::unique_ptr<Log> log_ = make_null_log();
    SystemClock clock_;
    IdSource ids_;
    std::unique_ptr<Database> database_ = open_database(Secret{"sqlite::memory:"}, {}, *log_);
    std::vector<std::thread> threads_;
    std::unique_ptr<HttpServer> server_;
};

TEST_F(Files, ALargeBodyWaitsOnTheDiskAndLeavesNothingThere) {
    start();
    auto client = connect();
    std::string const body(mebibyte, 'a');

    client.send(post("/file", "Content-Length: " + std::to_string(body.size()) + "\r\n") + body);
    auto const answer = client.receive();

    EXPECT_EQ(answer.body, std::to_string(mebibyte) + " " + std::to_string(mebibyte * 'a'));
    EXPECT_TRUE(spooled_);
    EXPECT_EQ(files(), 0U);
}

TEST_F(Files, SoDoesOneInChunksAndTheConnectionGoesOn) {
    start();
    auto client = connect();
    auto const chunk = "80000\r\n" + std::string(0x80000, 'b') + "\r\n";

    client.send(post("/file", "Transfer-Encoding: chunked\r\n") + chunk + chunk + "1\r\nc\r\n0\r\n\r\n");
    EXPECT_EQ(client.receive().body,
              std::to_string(mebibyte + 1) + " " + std::to_string(mebibyte * 'b' + 'c'));
    EXPECT_TRUE(spooled_);

    client.send(post("/file", "Content-Length: 3\r\n") + "abc");
    EXPECT_EQ(client.receive().body, "3 294");
    EXPECT_FALSE(spooled_);
}

TEST_F(Files, OtherRoutesHoldTheirBodies) {
    start();
    auto client = connect();

    client.send(post("/plain", "Content-Length: " + std::to_string(mebibyte) + "\r\n") +
                std::string(mebibyte, 'a'));

    EXPECT_EQ(client.receive().status, 200);
    EXPECT_FALSE(spooled_);
}

#if SECURESTACK_MEMORY_CAN_BE_MEASURED
TEST_F(Files, ABodyOf48MebibytesTakesNoneOfThemOfTheMemory) {
    start();
    auto client = connect();
    std::string const piece(mebibyte, 'x');
    client.send(post("/file", "Content-Length: 1\r\n") + "y");
    client.receive();
    test::forget_peak_memory();
    auto const before = test::peak_memory_bytes();

    client.send(post("/file", "Content-Length: " + std::to_string(48 * mebibyte) + "\r\n"));
    for (int i = 0; i < 48; ++i) client.send(piece);
    auto const answer = client.receive();

    EXPECT_EQ(answer.body, std::to_string(48 * mebibyte) + " " + std::to_string(48 * mebibyte * 'x'));
    EXPECT_LT(test::peak_memory_bytes() - before, 6 * mebibyte);
}
#endif

TEST_F(Files, WithoutRoomOnTheDiskItIs503) {
    start({.spool_directory = directory_ / "is-not-there"});
    auto client = connect();

    client.send(post("/file", "Content-Length: " + std::to_string(mebibyte) + "\r\n") +
                std::string(mebibyte, 'a'));
    auto const answer = client.receive();

    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("Retry-After"), "30");
    EXPECT_TRUE(answer.body.contains("no room on its disk")) << answer.body;
}

TEST_F(Files, TheDisksShareIsBounded) {
    start({.max_spooled = mebibyte});
    auto client = connect();

    client.send(post("/file", "Content-Length: " + std::to_string(2 * mebibyte) + "\r\n") +
                std::string(2 * mebibyte, 'a'));

    EXPECT_EQ(client.receive().status, 503);
}

TEST_F(Files, AClientThatIsKilledStopsItsWork) {
    start();
    {
        auto client = connect();
        client.send(post("/work", "Content-Length: 1\r\n") + "x");
        while (working_ == 0) std::this_thread::sleep_for(1ms);
    }

    EXPECT_TRUE(was_stopped());
}

TEST_F(Files, WhatTakesTooLongIsStoppedAndThenSaysWhatBecameOfIt) {
    file_timeout_ = 100ms;
    start();
    auto client = connect();

    client.send(post("/work", "Content-Length: 1\r\n") + "x");
    auto const answer = client.receive();

    EXPECT_TRUE(was_stopped());
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, "stopped");
}

TEST_F(Files, WhoseFateIsNotKnownIsNotToldOne) {
    file_timeout_ = 50ms;
    answers_ = false;
    start({.handler_timeout = 100ms});
    auto client = connect();

    client.send(post("/work", "Content-Length: 1\r\n") + "x");

    EXPECT_EQ(client.rest(), "");
}

TEST_F(Files, AStopOfTheServerStopsItToo) {
    start({.drain_timeout = 100ms});
    auto client = connect();
    client.send(post("/work", "Content-Length: 1\r\n") + "x");
    while (working_ == 0) std::this_thread::sleep_for(1ms);

    server_->drain();

    EXPECT_TRUE(was_stopped());
}

}  // namespace
}  // namespace securestack
