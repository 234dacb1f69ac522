// Answers onto a connection: whole or piece by piece, and the report of what was really sent.
#pragma once

#include <charconv>
#include <exception>
#include <string>

#include "http/channel.hpp"
#include "http/incoming.hpp"
#include "http/response_head.hpp"
#include "http/service.hpp"

namespace securestack {

// All members are for the worker's thread.
template <class Stream>
class Responder : public Channel<Stream> {
    using Base = Channel<Stream>;

  public:
    Responder(Service const& service, Worker& worker, Seat seat, Stream stream)
        : Base(worker, std::move(seat), std::move(stream),
               Patience{service.options.write_timeout, slowest_bytes_per_second}),
          service_(service) {}

  protected:
    // The last byte of the request is here.
    void begin_exchange() {
        begun_ = std::chrono::steady_clock::now();
        exchange_ = {};
        this->begin_sending();
    }

    // Reports. `request` is null when its head could not be read.
    void end_exchange(Request const* request) {
        if (!service_.handler.finished) return;
        exchange_.request = request;
        exchange_.bytes = this->sent_;
        exchange_.complete = !broken_;
        exchange_.took = std::chrono::steady_clock::now() - begun_;
        service_.handler.finished(exchange_);
    }

    // False when the connection cannot go on.
    Awaitable<bool> respond(Response const& response, ResponseFacts facts, Request const& request) {
        exchange_.route = response.route;
        exchange_.user = response.user;
        bool const with_body = request.method != Method::head && may_have_body(response.status);
        if (response.stream && with_body) {
            facts.keep_alive = facts.keep_alive && facts.minor > 0;
            co_return co_await send_stream(response, facts, request);
        }
        co_return co_await send_whole(response, facts, with_body) && facts.keep_alive;
    }

    Awaitable<bool> send_whole(Response const& response, ResponseFacts const& facts, bool with_body) {
        begin_answer(response, facts);
        auto content = with_body ? response.content() : std::string_view{};
        if (content.size() <= copied_body) out_.append(std::exchange(content, {}));
        Gathered const data{out_, content};
        co_return co_await this->send(data);
    }

    // Answers `problem` and returns false: after it the connection cannot be trusted to be in step.
    Awaitable<bool> reject(Problem const& problem, Request const* request) {
        this->begin_exchange();
        auto const id = request ? request->id : service_.ids.make(service_.clock.now()).to_string();
        auto const path = request ? request->path : std::string{};
        log_rejected(problem, id, request ? request->client : peer_.address);
        auto const response = problem_response(problem, path, id);
        ResponseFacts const facts{
            .request_id = id, .keep_alive = false, .secure = request ? request->secure : peer_.tls};
        co_await this->send_whole(response, facts, !request || request->method != Method::head);
        this->end_exchange(request);
        co_return false;
    }

    void log_rejected(Problem const& problem, std::string const& request_id, Address const& client) {
        service_.log.info("http.rejected", {{"client", client.to_string()},
                                            {"request_id", request_id},
                                            {"status", problem.status()},
                                            {"reason", problem.detail}});
    }

    Response too_late(Request const& request) const {
        auto const path = without_ids(request.path);
        service_.log.error("http.timeout", {{"request_id", request.id}, {"path", path}});
        Problem const problem{ErrorCode::unavailable, "The answer took too long."};
        return problem_response(problem, request.path, request.id);
    }

    using Base::broken_;
    using Base::worker_;
    Service const& service_;
    Peer peer_;

  private:
    static constexpr std::size_t copied_body =
        4 * 1024;  // smaller ones are copied behind the head: one buffer
    static constexpr std::string_view last_chunk = "0\r\n\r\n";

    struct Piece {
        std::string text;
        bool more = false;
        std::exception_ptr error;
    };

    void begin_answer(Response const& response, ResponseFacts facts) {
        facts.date = worker_.date();
        out_.clear();
        append_response_head(out_, response, facts);
        exchange_.status = response.status;
        this->begin_sending();
    }

    // Constant memory: the next piece is asked for when the one before has left; after an empty one, when
    // there may be something new. A stream that waits ends when the server drains, or when its client has
    // gone.
    Awaitable<bool> send_stream(Response const& response, ResponseFacts facts, Request const& request) {
        bool const chunked = facts.minor > 0;
        bool begun = false;
        Piece piece;
        do {
            auto next = co_await next_piece(response.stream, piece.text);
            if (broken_) co_return false;
            if (!next || next->error) {
                auto const error = next ? next->error : nullptr;
                co_return co_await fail_stream(error, begun, facts, request);
            }
            piece = std::move(*next);
            if (piece.text.empty() && piece.more && begun) {
                if (worker_.draining()) break;
                co_await this->rest(std::chrono::milliseconds{1000});
                if (broken_) co_return false;
                continue;
            }
            out_.clear();
            if (!std::exchange(begun, true)) begin_answer(response, facts);
            std::string_view end;
            if (chunked) {
                if (!piece.text.empty()) append_chunk_size(out_, piece.text.size());
                end = piece.text.empty() ? std::string_view{} : "\r\n";
            }
            Gathered const data{out_, piece.text, end};
            if (!co_await this->send(data)) co_return false;
        } while (piece.more);
        Gathered const last{chunked ? last_chunk : std::string_view{}};
        co_return co_await this->send(last) && facts.keep_alive;
    }

    Awaitable<std::optional<Piece>> next_piece(std::shared_ptr<BodyStream> const& stream,
                                               std::string& reused) {
        auto const handover = std::make_shared<Handover<Piece>>(worker_.gate());
        auto const piece = std::make_shared<Piece>();
        piece->text = std::move(reused);
        service_.database.read(
            [piece, stream](Tx& tx) {
                piece->text.clear();
                piece->more = (*stream)(tx, piece->text);
            },
            [piece, handover](std::exception_ptr error) {
                piece->error = std::move(error);
                handover->deliver(std::move(*piece));
            });
        co_return co_await this->result_of(handover, service_.options.handler_timeout);
    }

    Awaitable<bool> fail_stream(std::exception_ptr const& error, bool begun, ResponseFacts facts,
                                Request const& request) {
        auto const problem = problem_of(error);
        service_.log.write(problem.status() < 500 ? LogLevel::info : LogLevel::error, "http.stream_failed",
                           {{"request_id", request.id},
                            {"path", request.path},
                            {"begun", begun},
                            {"reason", problem.detail}});
        if (begun) {
            this->abort();
            co_return false;
        }
        facts.keep_alive = false;
        auto const response = problem_response(problem, request.path, request.id);
        co_await send_whole(response, facts, true);
        co_return false;
    }

    static Problem problem_of(std::exception_ptr const& error) {
        if (!error) return {ErrorCode::unavailable, "The answer took too long."};
        try {
            std::rethrow_exception(error);
        } catch (StreamRefused const& refused) {
            return refused.problem();
        } catch (DatabaseError const& failure) {
            return to_problem(failure);
        } catch (std::exception const&) {
            return {ErrorCode::internal, "The answer could not be made."};
        }
    }

    static void append_chunk_size(std::string& out, std::size_t size) {
        std::array<char, 16> digits;
        auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
        out.append(digits.data(), end);
        out.append("\r\n");
    }

    std::string out_;
    Exchange exchange_;
    Moment begun_{};
};

}  // namespace securestack
