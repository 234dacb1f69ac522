#include "http/session.hpp"

#include <exception>
#include <string>

#include <boost/asio/co_spawn.hpp>

#include "http/head.hpp"
#include "http/incoming.hpp"
#include "http/incoming_body.hpp"
#include "http/responder.hpp"
#include "http/tls.hpp"

namespace securestack {
namespace {

// A pipelining client does not keep the thread for itself.
constexpr int turns_before_yield = 32;
constexpr auto longest_turn = std::chrono::milliseconds{1};

Address address_of(Socket const& socket) {
    IoError error;
    auto const endpoint = socket.remote_endpoint(error);
    auto const text = error ? std::string{} : endpoint.address().to_string();
    return Address::parse(std::string_view{text}.substr(0, text.find('%'))).value_or(Address{});
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
class Session final : public Responder<Stream> {
    using Base = Responder<Stream>;

  public:
    // `tls` lives as long as its stream.
    Session(Service const& service, Worker& worker, Seat seat, Stream stream, std::shared_ptr<TlsContext> tls)
        : Base(service, worker, std::move(seat), std::move(stream)),
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
        co_await this->reject(problem, nullptr);
        co_await this->close();
    }

  private:
    using Base::broken_;
    using Base::enter_phase;
    using Base::expired_;
    using Base::input_;
    using Base::peer_;
    using Base::service_;
    using Base::worker_;

    Awaitable<void> open() {
        IoError ignored;
        this->socket().set_option(Tcp::no_delay(true), ignored);
        this->socket().non_blocking(true, ignored);
        peer_ = {address_of(this->socket()), Base::is_tls};
        if constexpr (Base::is_tls) {
            enter_phase(Phase::receiving, service_.options.header_timeout);
            auto const [error] = co_await this->stream_.async_handshake(TlsStream::server, awaiting_result);
            if (speaks_plain_http(error)) {
                co_await answer_in_plain();
                co_return;
            }
            if (error) broken_ = true;
        }
        this->open_ = !broken_;
    }

    // To a client that asked for http:// where https:// is spoken; it would see a connection that ends
    // without a word. What it asked for has gone into the handshake.
    Awaitable<void> answer_in_plain() {
        Problem const problem{ErrorCode::malformed, "This port speaks TLS 1.3: ask for it with https://."};
        auto const id = service_.ids.make(service_.clock.now()).to_string();
        this->log_rejected(problem, id, peer_.address);
        auto const response = problem_response(problem, {}, id);
        std::string text;
        ResponseFacts const facts{.request_id = id, .date = worker_.date(), .keep_alive = false};
        append_response_head(text, response, facts);
        text += response.content();
        enter_phase(Phase::sending, service_.options.header_timeout);
        auto const bytes = asio::buffer(text);
        auto const [error, sent] = co_await this->socket().async_write_some(bytes, awaiting_result);
        if (error || sent != text.size()) broken_ = true;
    }

    // One request and its answer. False when the connection is to be closed.
    Awaitable<bool> serve_one() {
        auto const size = co_await receive_head();
        if (size == 0) co_return false;
        auto const head = parse_head(input_.view().substr(0, size), limits_);
        if (!head) co_return co_await this->reject(head.error(), nullptr);
        auto const made =
            make_request(*head, peer_, service_.options.trusted_proxies, service_.ids, service_.clock.now());
        if (!made) co_return co_await this->reject(made.error(), nullptr);
        Framing const framing{*head};
        auto const& request = *made;
        input_.consume(size);
        if (framing.chunked || framing.length > 0) {
            MemoryBudget* const budget = co_await screen(framing, request);
            if (budget == nullptr || !co_await receive_body(framing, *request, *budget)) co_return false;
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
        if (++turns_ % turns_before_yield == 0 || has_had_its_turn()) co_await asio::post(awaiting);
        for (;;) {
            auto const end = find_head_end(input_.view(), limits_, scanned);
            if (!end) {
                co_await this->reject(end.error(), nullptr);
                co_return 0;
            }
            if (*end != 0) co_return *end;
            bool const first_byte = input_.empty();
            if (!co_await this->receive(0)) {
                Problem const problem = too_slow("header");
                if (expired_ && !first_byte) co_await this->reject(problem, nullptr);
                co_return 0;
            }
            if (first_byte) enter_phase(Phase::receiving, options.header_timeout);
        }
    }

    bool has_had_its_turn() {
        auto const now = std::chrono::steady_clock::now();
        bool const others_wait = !input_.empty() && now - turn_began_ > longest_turn;
        if (others_wait || input_.empty()) turn_began_ = now;
        return others_wait;
    }

    void wait_for_request() {
        // A connection that was just made owes its first request sooner than a kept one its next.
        auto const& options = service_.options;
        enter_phase(Phase::idle, turns_ == 0 ? options.header_timeout : options.idle_timeout);
        if (worker_.draining()) this->begin_drain(worker_.drain_idle_until());
    }

    // What the head alone decides is decided before a large body is read: it is held, or waits on the disk,
    // only for who is let in. The budget that it counts against; null when the request has been answered.
    Awaitable<MemoryBudget*> screen(Framing const& framing, std::shared_ptr<Request> const& request) {
        bool const large = framing.chunked || framing.length > IncomingBody::uncounted;
        if (!service_.handler.screen || (!large && !framing.expect_continue)) co_return &service_.bodies;
        this->begin_exchange();
        auto const handover = std::make_shared<Handover<Screening>>(worker_.gate());
        service_.handler.screen(request, [handover](Screening made) { handover->deliver(std::move(made)); });
        auto const made = co_await this->result_of(handover, service_.options.handler_timeout);
        if (made && !made->refusal) {
            co_return made->is_known ? &service_.bodies : &service_.strangers_bodies;
        }
        std::optional<Response> response;
        if (made) response = made->refusal;
        if (!made && !broken_) response = this->too_late(*request);
        ResponseFacts const facts{.request_id = request->id,
                                  .minor = framing.minor,
                                  .keep_alive = false,
                                  .secure = request->secure};
        if (response) co_await this->respond(*response, facts, *request);
        this->end_exchange(request.get());
        co_return nullptr;
    }

    Awaitable<bool> receive_body(Framing const& framing, Request& request, MemoryBudget& budget) {
        auto const limit = service_.handler.body_limit(request.method, request.path);
        Problem const excess = too_large(limit);
        if (framing.length > limit) co_return co_await this->reject(excess, &request);
        if (framing.expect_continue && input_.empty()) {
            this->begin_sending();
            Gathered const interim{"HTTP/1.1 100 Continue\r\n\r\n"};
            if (!co_await this->send(interim)) co_return false;
        }
        auto const length = framing.chunked ? std::nullopt : std::optional{framing.length};
        IncomingBody body{service_, budget, request, length, limit, takes_files(request)};
        Patience patience{service_.options.body_timeout, slowest_bytes_per_second};
        for (;;) {
            auto const taken = body.take(input_.view());
            if (!taken) co_return co_await this->reject(taken.error(), &request);
            input_.consume(*taken);
            auto const expected = body.expected();
            if (expected == 0) co_return true;
            enter_phase(Phase::receiving, patience.left());
            auto const begun = std::chrono::steady_clock::now();
            bool const received = co_await this->receive(expected);
            patience.wait(std::chrono::steady_clock::now() - begun, input_.view().size());
            if (!received || patience.is_over()) {
                Problem const problem = too_slow("body");
                if (expired_ || received) co_await this->reject(problem, &request);
                co_return false;
            }
        }
    }

    // Such a request can be stopped.
    bool takes_files(Request& request) {
        if (!service_.handler.file_timeout) return false;
        file_timeout_ = service_.handler.file_timeout(request.method, request.path);
        if (file_timeout_.count() == 0) return false;
        request.stop = std::stop_source{};
        return true;
    }

    Awaitable<bool> answer(Framing const& framing, std::shared_ptr<Request> const& request) {
        this->begin_exchange();
        auto const handover = std::make_shared<Handover<Response>>(worker_.gate());
        service_.handler.serve(request, [handover](Response made) { handover->deliver(std::move(made)); });
        std::optional<Response> made;
        if (request->stop.stop_possible()) {
            made = co_await result_of_file(handover, request->stop);
        } else {
            made = co_await this->result_of(handover, service_.options.handler_timeout);
        }
        ResponseFacts const facts{.request_id = request->id,
                                  .minor = framing.minor,
                                  .keep_alive = framing.keep_alive && made && !worker_.draining(),
                                  .secure = request->secure};
        if (!made && request->stop.stop_possible()) this->abort();  // no word is better than a wrong one
        if (!made && !broken_) made = this->too_late(*request);
        bool const go_on = made && !broken_ && co_await this->respond(*made, facts, *request);
        this->end_exchange(request.get());
        co_return go_on;
    }

    Awaitable<std::optional<Response>> result_of_file(std::shared_ptr<Handover<Response>> const& handover,
                                                      std::stop_source const& stop) {
        typename Base::Watched watched;
        watched.stop = stop;
        watched.limit = file_timeout_;
        watched.look_every = service_.options.presence_interval;
        watched.to_stop = service_.options.handler_timeout;
        co_return co_await this->watched_result_of(handover, watched);
    }

    static Problem too_slow(std::string_view part) {
        return {ErrorCode::request_timeout, "The request's " + std::string{part} + " took too long."};
    }
    static Problem too_large(std::size_t limit) {
        return {ErrorCode::content_too_large, "The body may have " + std::to_string(limit) + " bytes."};
    }

    std::shared_ptr<TlsContext> const tls_;
    HeadLimits const limits_;
    int turns_ = 0;
    Moment turn_began_{};
    std::chrono::milliseconds file_timeout_{};
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

void start_session(Service const& service, Worker& worker, Socket socket, Seat seat,
                   std::shared_ptr<TlsContext> const& tls) {
    if (tls) {
        auto session = std::make_shared<Session<TlsStream>>(service, worker, std::move(seat),
                                                            TlsStream{std::move(socket), *tls}, tls);
        spawn(service, worker, std::move(session), &Session<TlsStream>::serve);
        return;
    }
    auto session =
        std::make_shared<Session<Socket>>(service, worker, std::move(seat), std::move(socket), nullptr);
    spawn(service, worker, std::move(session), &Session<Socket>::serve);
}

void start_refusal(Service const& service, Worker& worker, Socket socket, Seat seat) {
    auto session =
        std::make_shared<Session<Socket>>(service, worker, std::move(seat), std::move(socket), nullptr);
    spawn(service, worker, std::move(session), &Session<Socket>::refuse);
}

}  // namespace securestack
