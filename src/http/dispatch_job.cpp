#include "http/dispatch_job.hpp"

#include "http/admission.hpp"
#include "http/rate_limit.hpp"

namespace securestack {

Dispatcher::Job::Job(Dispatcher& owner, std::shared_ptr<Request> asked, Done answer, Admitted admitted)
    : dispatcher_(owner),
      request_(std::move(asked)),
      done_(std::move(answer)),
      admitted_(std::move(admitted)),
      started_(std::chrono::steady_clock::now()) {}

void Dispatcher::Job::start() {
    guard([&] {
        auto match = dispatcher_.router_.match(request_->method, request_->path);
        if (!match) return answer_unmatched(match.error());
        match_ = *std::move(match);
        now_ = dispatcher_.clock_.now();
        if (!match_.route->access.permission()) return admitted(Principal{});
        auto known = dispatcher_.authenticator_.authenticate(*request_, now_);
        if (!known) return resolve();
        if (!*known) return refuse(known->error());
        admitted(**std::move(known));
    });
}

// OPTIONS is answered here, for every address that exists (RFC 9110 §9.3.7). A method that no address has is
// told so at every address.
void Dispatcher::Job::answer_unmatched(Problem problem) {
    bool const exists = problem.code == ErrorCode::method_not_allowed;
    bool const whole_server = request_->path == "*";
    if (request_->method == Method::options && (exists || whole_server)) {
        Response response;
        response.status = 204;
        response.headers.add("Allow", exists ? problem.allow : std::string{all_methods});
        return finish(std::move(response));
    }
    if (request_->method == Method::other && !exists) {
        problem = {ErrorCode::method_not_allowed, "The methods are " + std::string{all_methods} + "."};
        problem.allow = all_methods;
    }
    refuse(std::move(problem));
}

void Dispatcher::Job::resolve() {
    auto self = shared_from_this();
    dispatcher_.database_.look_up(
        [self](Tx& tx) {
            self->resolved_ = self->dispatcher_.authenticator_.resolve(tx, *self->request_, self->now_);
        },
        [self](std::exception_ptr failure) {
            self->guard([&] {
                if (failure) std::rethrow_exception(failure);
                if (!*self->resolved_) return self->refuse(self->resolved_->error());
                self->admitted(**self->resolved_);
            });
        });
}

void Dispatcher::Job::admitted(Principal principal) {
    context_.emplace(Context{*request_, std::move(principal), now_, dispatcher_.ids_, dispatcher_.cursors_});
    bool const screening = admitted_ != nullptr;  // then it comes again, and is counted then
    if (auto sparing = screening ? Result<void>{} : check_rate(); !sparing) return refuse(sparing.error());
    if (auto sound = check_head(); !sound) return refuse(sound.error());
    if (screening) return end_screening();
    if (auto wanted = check_body(*match_.route, *request_); !wanted) return refuse(wanted.error());
    if (auto keyed = check_idempotency(); !keyed) return refuse(keyed.error());
    auto steps = match_.route->bind(*context_, match_.values);
    if (!steps) return refuse(steps.error());
    steps_ = *std::move(steps);
    advance();
}

Result<void> Dispatcher::Job::check_head() const {
    auto const& route = *match_.route;
    if (auto allowed = check_permission(route, context_->principal); !allowed) return allowed.error();
    if (auto known = check_query(route, *request_); !known) return known.error();
    return check_conditions(request_->headers);
}

void Dispatcher::Job::end_screening() {
    bool const known = !context_->principal.is_anonymous();
    done_ = nullptr;
    std::exchange(admitted_, nullptr)(known);
}

// Pages, health and metrics are everybody's at any time; pings have a limit of their own.
Result<void> Dispatcher::Job::check_rate() {
    auto* const rates = dispatcher_.hooks_.rates;
    if (rates == nullptr || !match_.route->pattern.starts_with("/api/")) return {};
    auto standing = rates->admit(context_->principal, request_->client, now_);
    rate_fields_ = std::move(standing.fields);
    if (standing.refusal) return *std::move(standing.refusal);
    return {};
}

// Whoever is nobody in particular has no keys: they would be everybody's.
Result<void> Dispatcher::Job::check_idempotency() {
    if (request_->method != Method::post) return {};
    auto key = idempotency_key(request_->headers);
    if (!key) return key.error();
    if (!*key) return {};
    if (context_->principal.is_anonymous() || dispatcher_.hooks_.idempotency == nullptr) {
        return Problem{
            ErrorCode::malformed,
            "This call takes no Idempotency-Key, because it knows no caller whose key it could be: "
            "leave the header out."};
    }
    keyed_ = KeyedRequest{.caller = idempotency_caller(context_->principal), .key = **std::move(key)};
    place_ = dispatcher_.hooks_.idempotency->in_flight().enter(*keyed_);
    if (place_) return {};
    Problem problem{
        ErrorCode::conflict,
        "A request with this Idempotency-Key is on its way. Wait for its answer, or send it again."};
    problem.retry_after = std::chrono::seconds{1};
    return problem;
}

std::chrono::milliseconds Dispatcher::Job::time_limit() const {
    auto const of_files = match_.route->file_timeout;
    return of_files.count() > 0 ? std::chrono::milliseconds{of_files} : dispatcher_.limits_.request;
}

void Dispatcher::Job::advance() {
    while (true) {
        if (request_->stop.stop_requested()) return refuse(given_up());
        if (next_ == steps_.size()) throw std::logic_error("the last step of a route gave no answer");
        if (std::chrono::steady_clock::now() - started_ > time_limit()) {
            return refuse({ErrorCode::unavailable, "The request took too long. Try again."});
        }
        switch (steps_[next_].where) {
            case Where::io:
                if (settle(steps_[next_].run(nullptr, *context_))) return;
                break;
            case Where::lookup:
                return submit(UnitKind::lookup);
            case Where::read:
                return submit(UnitKind::read);
            case Where::write:
                return submit(UnitKind::write);
            case Where::bulk:
                return submit(UnitKind::bulk);
            case Where::cpu:
                return post();
        }
    }
}

// True when `outcome` ends the request.
bool Dispatcher::Job::settle(Outcome outcome) {
    if (!outcome) {
        refuse(outcome.error());
        return true;
    }
    if (*outcome) {
        finish(**std::move(outcome));
        return true;
    }
    ++next_;
    return false;
}

void Dispatcher::Job::submit(UnitKind kind) {
    auto self = shared_from_this();
    auto work = [self, write = is_write(kind)](Tx& tx) { self->unit(tx, write); };
    auto after = [self](std::exception_ptr failure) {
        self->guard([&] {
            // A refused unit that rolled itself back: nothing went wrong. After any other failure the outcome
            // does not count, a refusal neither: it may rest on a row that was never committed.
            if (failure && failure != rolled_back()) std::rethrow_exception(failure);
            Outcome outcome = *std::move(self->outcome_);
            self->outcome_.reset();
            if (!self->settle(std::move(outcome))) self->advance();
        });
    };
    dispatcher_.database_.submit(kind, std::move(work), std::move(after));
}

// May run more than once: each run begins anew.
void Dispatcher::Job::unit(Tx& tx, bool write) {
    outcome_.reset();
    tx.audited = false;
    if (match_.route->file_timeout.count() > 0) tx.run_until(request_->stop.get_token());
    Outcome outcome = keyed_ ? run_keyed_step(tx, write) : run_step(tx, write);
    bool const succeeded = outcome && *outcome && (*outcome)->status < 400;
    if (write && succeeded && match_.route->method != Method::get && !tx.audited) throw MissingAudit{};
    bool const refused = !outcome;
    outcome_.emplace(std::move(outcome));
    if (write && refused) std::rethrow_exception(rolled_back());
}

std::exception_ptr const& Dispatcher::Job::rolled_back() {
    static auto const thrown = std::make_exception_ptr(RolledBack{});
    return thrown;
}

// Seconds may lie between a route's first write and its last, or before the first when many wait: whoever was
// shut out since does no more.
Dispatcher::Job::Outcome Dispatcher::Job::run_step(Tx& tx, bool write) {
    auto const& principal = context_->principal;
    bool const late = std::chrono::steady_clock::now() - started_ > dispatcher_.limits_.admission;
    if (write && (next_ > 0 || late) && !principal.is_anonymous()) {
        auto const now = dispatcher_.clock_.now();
        auto const still = dispatcher_.authenticator_.confirm(tx, *request_, principal, now);
        if (!still) return still.error();
    }
    return steps_[next_].run(&tx, *context_);
}

// The step that may answer takes the key before it acts; an earlier one only looks, so that nothing is
// prepared in vain. What is refused may be sent again under its key.
Dispatcher::Job::Outcome Dispatcher::Job::run_keyed_step(Tx& tx, bool write) {
    auto& store = *dispatcher_.hooks_.idempotency;
    bool const is_last = write && next_ + 1 == steps_.size();
    auto known =
        is_last ? store.take(tx, *keyed_, *request_, now_) : store.find(tx, *keyed_, *request_, now_);
    if (!known) return known.error();
    if (*known) {
        tx.audited = true;  // nothing is done, so there is nothing to record
        return std::optional<Response>{**std::move(known)};
    }
    auto outcome = run_step(tx, write);
    if (!is_last || !outcome || !*outcome) return outcome;
    if ((*outcome)->status < 400) {
        store.keep(tx, *keyed_, **outcome);
    } else {
        store.give_back(tx, *keyed_);
    }
    return outcome;
}

void Dispatcher::Job::post() {
    auto self = shared_from_this();
    Pool::Work work = [self, posted = std::chrono::steady_clock::now()] {
        self->guard([&] {
            if (std::chrono::steady_clock::now() - posted > self->dispatcher_.limits_.cpu_wait) {
                return self->refuse(overloaded());
            }
            if (!self->settle(self->steps_[self->next_].run(nullptr, *self->context_))) self->advance();
        });
    };
    if (!dispatcher_.cpu_.try_post(work)) refuse(overloaded());
}

}  // namespace securestack
