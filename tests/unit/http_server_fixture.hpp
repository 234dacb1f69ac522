// A server over real loopback sockets, for its tests. Deadlines are short where a deadline is the point.
#pragma once

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/server.hpp"
#include "support/raw_client.hpp"

namespace securestack::test {

using namespace std::chrono_literals;

inline std::string request(std::string const& path, std::string const& more = {},
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
        RequestHandler handler{[](Method, std::string_view path) {
                                   return std::size_t{path.starts_with("/large") ? 100'000U : 1000U};
                               },
                               [this](std::shared_ptr<Request> const& r, RequestHandler::Done done) {
                                   serve(*r, std::move(done));
                               },
                               [this](Exchange const& exchange) { keep(exchange); }};
        handler.screen = [](std::shared_ptr<Request> const& r, Screening::Done done) {
            Screening made;
            if (r->path == "/large/private") made.refusal = text_response(401, "text/plain", "who?");
            made.is_known = r->path != "/large/anybody";
            done(std::move(made));
        };
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
        if (r.path == "/held") {
            held_may_go.wait();
            std::this_thread::sleep_for(2ms);
        }
        if (r.path == "/empty") return done(no_content());
        if (r.path == "/stream") return done(stream_of(5, 10));
        if (r.path == "/endless") return done(stream_of(1'000'000, 64 * 1024));
        if (r.path == "/resting") return done(resting_stream());
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

    // One piece, and then nothing new for as long as `more_to_come`.
    Response resting_stream() {
        Response response = text_response(200, "text/plain", "");
        resting = std::make_shared<int>();
        response.stream = std::make_shared<BodyStream>([this, held = resting](Tx&, std::string& out) {
            if (pieces_made++ == 0) out += "first";
            return more_to_come.load();
        });
        return response;
    }
    bool is_let_go(std::chrono::milliseconds limit) const {
        for (auto waited = 0ms; waited < limit && resting.use_count() > 1; waited += 5ms)
            std::this_thread::sleep_for(5ms);
        return resting.use_count() == 1;
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
    std::latch held_may_go{1};
    std::atomic<int> pieces_made{0};
    std::atomic<bool> more_to_come{true};
    std::shared_ptr<int> resting;  // the stream of /resting holds it, too
    std::mutex reports_mutex;
    std::vector<Exchange> reports;
    std::vector<std::string> paths;
    std::mutex threads_mutex;
    std::vector<std::thread> threads;
    std::unique_ptr<HttpServer> server;
};

}  // namespace securestack::test
