#include "http/session.hpp"

#include <charconv>
#include <exception>
#include <string>

#include <boost/asio/co_spawn.hpp>

#include "http/channel.hpp"
#include "http/chunked.hpp"
#include "http/head.hpp"
#include "http/incoming.hpp"
#include "http/response_head.hpp"

namespace securestack {
namespace {

// A body may take body_timeout and, beyond that, as long as this rate needs.
constexpr std::size_t slowest_bytes_per_second = 64 * 1024;
constexpr std::size_t copied_body = 4 * 1024;  // smaller bodies are copied behind the head: one buffer
constexpr int turns_before_yield = 32;         // a pipelining client does not keep the thread for itself
constexpr std::string_view last_chunk = "0\r\n\r\n";

struct Piece {
    std::string text;
    bool more = false;
    std::exception_ptr error;
};

Address address_of(Socket const& socket) {
    IoError error;
    auto const endpoint = socket.remote_endpoint(error);
    auto const text = error ? std::string{} : endpoint.address().to_string();
    return Address::parse(std::string_view{text}.substr(0, text.find('%'))).value_or(Address{});
}

void append_chunk_size(std::string& out, std::size_t size) {
    std::array<char, 16> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
    out.append(digits.data(), end);
    out.append("\r\n");
}

// What of a head outlives the bytes that it was read from.
struct Framing {
    explicit Framing(Head const& head)
        : length(head.content_length.value_or(0)),
          minor(head.minor),
          chunked(head.chunked),
          keep_alive(head.keep_alive),
          expect_continue(head.expect_continue) {}

    std::uint64_t length;
    int minor;
    bool chunked;
    bool keep_alive;
    bool expect_continue;
};

template <class Stream>
class Session final : public Channel<Stream> {
    using Base = Channel<Stream>;

  public:
    // `tls` lives as long as its stream.
    Session(Service const& service, Worker& worker, Stream stream, std::shared_ptr<TlsContext> tls)
        : Base(worker, service.census, std::move(stream), service.options.write_timeout),
          service_(service),
          tls_(std::move(tls)),
          limits_{.block = service.options.max_header_bytes, .target = service.options.max_target_bytes} {}

    Awaitable<void> serve() {
        co_await open();
        for (bool go_on = this->open_; go_on;) go_on = co_await serve_one();
        co_await this->close();
    }

    Awaitable<void> refuse() {
        Problem problem{ErrorCode::unavailable, "The server has no room for another connection."};
        problem.retry_after = std::chrono::seconds{1};
        co_await reject(problem, nullptr);
        co_await this->close();
    }

  private:
    using Base::broken_;
    using Base::enter_phase;
    using Base::expired_;
    using Base::input_;
    using Base::worker_;

    Awaitable<void> open() {
        IoError ignored;
        this->socket().set_option(Tcp::no_delay(true), ignored);
        this->socket().non_blocking(true, ignored);
        peer_ = {address_of(this->socket()), Base::is_tls};
        if constexpr (Base::is_tls) {
            enter_phase(Phase::receiving, service_.options.header_timeout);
            auto const [error] = co_await this->stream_.async_handshake(TlsStream::server, awaiting_result);
            if (error) broken_ = true;
        }
        this->open_ = !broken_;
    }

    // One request and its answer. False when the connection is to be closed.
    Awaitable<bool> serve_one() {
        auto const size = co_await receive_head();
        if (size == 0) co_return false;
        auto const head = parse_head(input_.view().substr(0, size), limits_);
        if (!head) co_return co_await reject(head.error(), nullptr);
        auto const made =
            make_request(*head, peer_, service_.options.trusted_proxies, service_.ids, service_.clock.now());
        if (!made) co_return co_await reject(made.error(), nullptr);
        Framing const framing{*head};
        auto const request = *made;
        input_.consume(size);
        if (framing.chunked || framing.length > 0) {
            if (!co_await receive_body(framing, *request)) co_return false;
        }
        co_return co_await answer(framing, request);
    }

    // The size of the next head in `input_`, 0 when there is none to come.
    Awaitable<std::size_t> receive_head() {
        std::size_t scanned = 0;
        auto const& options = service_.options;
        if (input_.empty()) {
            input_.shrink();
            wait_for_request();
        } else {
            enter_phase(Phase::receiving, options.header_timeout);
        }
        if (++turns_ % turns_before_yield == 0) co_await asio::post(awaiting);
        for (;;) {
            auto const end = find_head_end(input_.view(), limits_, scanned);
            if (!end) {
                co_await reject(end.error(), nullptr);
                co_return 0;
            }
            if (*end != 0) co_return *end;
            bool const first_byte = input_.empty();
            if (!co_await this->receive(0)) {
                Problem const problem = too_slow("header");
                if (expired_ && !first_byte) co_await reject(problem, nullptr);
                co_return 0;
            }
            if (first_byte) enter_phase(Phase::receiving, options.header_timeout);
        }
    }

    void wait_for_request() {
        // A connection that was just made owes its first request sooner than a kept one its next.
        auto const& options = service_.options;
        enter_phase(Phase::idle, turns_ == 0 ? options.header_timeout : options.idle_timeout);
        if (worker_.draining()) this->begin_drain(worker_.drain_idle_until());
    }

    Awaitable<bool> receive_body(Framing const& framing, Request& request) {
        auto const limit = service_.handler.body_limit(request.method, request.path);
        Problem const excess = too_large(limit);
        if (framing.length > limit) co_return co_await reject(excess, &request);
        if (framing.expect_continue && input_.empty()) {
            Gathered const interim{"HTTP/1.1 100 Continue\r\n\r\n"};
            if (!co_await this->send(interim)) co_return false;
        }
        ChunkedDecoder decoder{limit};
        auto const begun = std::chrono::steady_clock::now();
        for (;;) {
            auto const taken = take_body(framing, decoder, request.body);
            if (!taken) co_return co_await reject(taken.error(), &request);
            if (*taken == 0) co_return true;
            enter_phase(Phase::receiving, {});
            this->move_deadline(begun + service_.options.body_timeout +
                                std::chrono::seconds{request.body.size() / slowest_bytes_per_second});
            if (!co_await this->receive(*taken)) {
                Problem const problem = too_slow("body");
                if (expired_) co_await reject(problem, &request);
                co_return false;
            }
        }
    }

    // Moves what has come into `body`; how much is still expected, 0 at the end of the body.
    Result<std::size_t> take_body(Framing const& framing, ChunkedDecoder& decoder, std::string& body) {
        if (framing.chunked) {
            auto const taken = decoder.feed(input_.view(), body);
            if (!taken) return taken.error();
            input_.consume(*taken);
            return decoder.done() ? std::size_t{0} : std::size_t{16 * 1024};
        }
        auto const length = static_cast<std::size_t>(framing.length);
        auto const piece = input_.view().substr(0, length - body.size());
        body.append(piece);
        input_.consume(piece.size());
        return length - body.size();
    }

    Awaitable<bool> answer(Framing const& framing, std::shared_ptr<Request> const& request) {
        auto const handover = std::make_shared<Handover<Response>>(worker_.gate());
        service_.handler.serve(request, [handover](Response made) { handover->deliver(std::move(made)); });
        auto made = co_await this->result_of(handover, service_.options.handler_timeout);
        if (broken_) co_return false;
        ResponseFacts facts{.request_id = request->id,
                            .date = worker_.date(),
                            .minor = framing.minor,
                            .keep_alive = framing.keep_alive && made && !worker_.draining(),
                            .secure = request->secure};
        if (!made) {
            service_.log.error("http.timeout", {{"request_id", request->id}, {"path", request->path}});
            Problem const problem{ErrorCode::unavailable, "The answer took too long."};
            made = problem_response(problem, request->path, request->id);
        }
        auto const& response = *made;
        bool const with_body = request->method != Method::head && may_have_body(response.status);
        if (response.stream && with_body) {
            facts.keep_alive = facts.keep_alive && facts.minor > 0;
            co_return co_await send_stream(response, facts, *request);
        }
        co_return co_await send_whole(response, facts, with_body) && facts.keep_alive;
    }

    Awaitable<bool> send_whole(Response const& response, ResponseFacts const& facts, bool with_body) {
        out_.clear();
        append_response_head(out_, response, facts);
        auto content = with_body ? response.content() : std::string_view{};
        if (content.size() <= copied_body) out_.append(std::exchange(content, {}));
        Gathered const data{out_, content};
        co_return co_await this->send(data);
    }

    // Constant memory: the next piece is asked for when the one before has left.
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
            out_.clear();
            if (!std::exchange(begun, true)) append_response_head(out_, response, facts);
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
        service_.log.error("http.stream_failed",
                           {{"request_id", request.id}, {"path", request.path}, {"begun", begun}});
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
        } catch (DatabaseError const& failure) {
            return to_problem(failure);
        } catch (std::exception const&) {
            return {ErrorCode::internal, "The answer could not be made."};
        }
    }

    // Answers `problem` and returns false: after it the connection cannot be trusted to be in step.
    Awaitable<bool> reject(Problem const& problem, Request const* request) {
        auto const id = request ? request->id : service_.ids.make(service_.clock.now()).to_string();
        auto const path = request ? request->path : std::string{};
        service_.log.info("http.rejected",
                          {{"client", request ? request->client.to_string() : peer_.address.to_string()},
                           {"request_id", id},
                           {"status", problem.status()},
                           {"reason", problem.detail}});
        auto const response = problem_response(problem, path, id);
        ResponseFacts const facts{.request_id = id,
                                  .date = worker_.date(),
                                  .keep_alive = false,
                                  .secure = request ? request->secure : peer_.tls};
        co_await send_whole(response, facts, !request || request->method != Method::head);
        co_return false;
    }

    static Problem too_slow(std::string_view part) {
        return {ErrorCode::request_timeout, "The request's " + std::string{part} + " took too long."};
    }
    static Problem too_large(std::size_t limit) {
        return {ErrorCode::content_too_large, "The body may have " + std::to_string(limit) + " bytes."};
    }

    Service const& service_;
    std::shared_ptr<TlsContext> const tls_;
    HeadLimits const limits_;
    Peer peer_;
    std::string out_;
    int turns_ = 0;
};

template <class Stream>
void spawn(Service const& service, Worker& worker, std::shared_ptr<Session<Stream>> session,
           Awaitable<void> (Session<Stream>::*way)()) {
    asio::co_spawn(
        worker.context(), [session, way] { return ((*session).*way)(); },
        [session, &log = service.log](std::exception_ptr error) {
            if (!error) return;
            try {
                std::rethrow_exception(error);
            } catch (std::exception const& failure) {
                log.error("http.session_failed", {{"reason", failure.what()}});
            }
        });
}

}  // namespace

void start_session(Service const& service, Worker& worker, Socket socket,
                   std::shared_ptr<TlsContext> const& tls) {
    if (tls) {
        auto session =
            std::make_shared<Session<TlsStream>>(service, worker, TlsStream{std::move(socket), *tls}, tls);
        spawn(service, worker, std::move(session), &Session<TlsStream>::serve);
        return;
    }
    auto session = std::make_shared<Session<Socket>>(service, worker, std::move(socket), nullptr);
    spawn(service, worker, std::move(session), &Session<Socket>::serve);
}

void start_refusal(Service const& service, Worker& worker, Socket socket) {
    auto session = std::make_shared<Session<Socket>>(service, worker, std::move(socket), nullptr);
    spawn(service, worker, std::move(session), &Session<Socket>::refuse);
}

}  // namespace securestack
