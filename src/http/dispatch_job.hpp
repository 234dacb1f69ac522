// One request on its way through the dispatcher. Private to the dispatcher.
//
// A job is handed from thread to thread and runs on one at a time; whoever is to continue it holds it.
#pragma once

#include <exception>
#include <stdexcept>

#include "http/dispatcher.hpp"
#include "http/idempotency.hpp"

namespace securestack {

struct Dispatcher::Job : std::enable_shared_from_this<Dispatcher::Job> {
  public:
    using Admitted = std::move_only_function<void(bool known)>;

    // With `admitted` the job ends there, once the head has passed all that it is asked for.
    Job(Dispatcher& owner, std::shared_ptr<Request> asked, Done answer, Admitted admitted = {});
    void start();

  private:
    using Outcome = Result<std::optional<Response>>;

    struct RolledBack : std::exception {};
    struct MissingAudit : std::exception {};

    void answer_unmatched(Problem problem);
    void resolve();
    void admitted(Principal principal);
    Result<void> check_head() const;
    void end_screening();
    Result<void> check_idempotency();
    Result<void> check_rate();

    std::chrono::milliseconds time_limit() const;
    void advance();
    bool settle(Outcome outcome);
    void submit(UnitKind kind);
    void unit(Tx& tx, bool write);
    // Thrown inside a unit of work, to roll it back. Always the same object, so that it is known again.
    static std::exception_ptr const& rolled_back();
    Outcome run_step(Tx& tx, bool write);
    // The step within what an Idempotency-Key asks for.
    Outcome run_keyed_step(Tx& tx, bool write);
    void post();

    bool is_denial(Problem const& problem) const;
    void refuse(Problem problem);
    void answer(Problem const& problem);
    void answer_internal();
    void finish(Response response);
    void confirm_each_piece(Response& response) const;

    template <class F>
    void guard(F const& body) {
        try {
            body();
        } catch (...) {
            failed(std::current_exception());
        }
    }
    void failed(std::exception_ptr const& failure);
    void log_failure(LogLevel level, std::string_view event, std::string_view reason);
    Problem given_up() const;
    static Problem overloaded();
    static std::string message_of(std::exception_ptr const& failure);

    Dispatcher& dispatcher_;
    std::shared_ptr<Request> request_;
    Done done_;
    Admitted admitted_;
    std::chrono::steady_clock::time_point started_;
    Time now_;
    Router::Match match_;
    std::optional<Result<Principal>> resolved_;
    std::optional<Context> context_;
    Headers rate_fields_;
    std::optional<KeyedRequest> keyed_;
    RequestsInFlight::Place place_;
    Steps steps_;
    std::size_t next_ = 0;
    std::optional<Outcome> outcome_;
};

}  // namespace securestack
