// How a job ends: its answer, or what became of it instead.
#include <new>

#include "http/dispatch_job.hpp"

namespace securestack {

// Nobody in particular has no denials: anyone could make the audit log grow.
bool Dispatcher::Job::is_denial(Problem const& problem) const {
    if (!context_ || context_->principal.is_anonymous()) return false;
    bool const hidden = problem.code == ErrorCode::not_found && request_->method != Method::get &&
                        request_->method != Method::head && !sees_everything(context_->principal);
    return problem.code == ErrorCode::forbidden || hidden;
}

// A denial is recorded before it is answered. When it cannot be recorded the answer stays what it is.
void Dispatcher::Job::refuse(Problem problem) {
    if (!is_denial(problem) || !dispatcher_.hooks_.record_denial) return answer(problem);
    auto self = shared_from_this();
    auto kept = std::make_shared<Problem const>(std::move(problem));
    dispatcher_.database_.write(
        [self, kept](Tx& tx) { self->dispatcher_.hooks_.record_denial(tx, *self->context_, self->match_); },
        [self, kept](std::exception_ptr failure) {
            if (failure) {
                self->dispatcher_.log_.error("audit.denial_lost", {{"request_id", self->request_->id},
                                                                   {"reason", message_of(failure)}});
            }
            self->answer(*kept);
        });
}

void Dispatcher::Job::answer(Problem const& problem) {
    finish(problem_response(problem, request_->path, request_->id));
}

void Dispatcher::Job::finish(Response response) {
    if (!done_) return;
    Headers& headers = response.headers;
    headers.add("X-Request-Id", request_->id);
    if (!headers.get("RateLimit")) {
        for (auto const& [name, value] : rate_fields_) headers.add(name, value);
    }
    if (!headers.get("Cache-Control")) headers.add("Cache-Control", "no-store");
    if (!headers.get("X-Content-Type-Options")) headers.add("X-Content-Type-Options", "nosniff");
    response.route = match_.route;
    if (context_) {
        response.user = context_->principal.user;
        if (response.stream) confirm_each_piece(response);
    }
    steps_.clear();
    place_ = {};
    context_.reset();
    request_.reset();
    auto done = std::move(done_);
    done_ = nullptr;
    done(std::move(response));
}

// An export may take longer to leave than its caller's session lasts.
void Dispatcher::Job::confirm_each_piece(Response& response) const {
    if (context_->principal.is_anonymous()) return;
    response.stream = std::make_shared<BodyStream>(
        [&dispatcher = dispatcher_, principal = context_->principal, request = request_,
         pieces = std::move(response.stream)](Tx& tx, std::string& out) {
            auto const now = dispatcher.clock_.now();
            auto const still = dispatcher.authenticator_.confirm(tx, *request, principal, now);
            if (!still) throw StreamRefused{still.error()};
            return (*pieces)(tx, out);
        });
}

// Every entry from another thread goes through here: what is thrown becomes an answer.
void Dispatcher::Job::failed(std::exception_ptr const& failure) {
    if (!done_) return;
    try {
        std::rethrow_exception(failure);
    } catch (DatabaseError const& error) {
        if (error.kind() == DatabaseError::Kind::interrupted && request_->stop.stop_requested()) {
            log_failure(LogLevel::info, "http.stopped", error.what());
            return answer(given_up());
        }
        Problem problem = to_problem(error);
        log_failure(problem.status() < 500 ? LogLevel::info : LogLevel::error, "database.error",
                    error.what());
        answer(problem);
    } catch (MissingAudit const&) {
        log_failure(LogLevel::error, "audit.missing",
                    "a write succeeded without an audit record; it was rolled back");
        answer_internal();
    } catch (std::bad_alloc const&) {
        log_failure(LogLevel::error, "http.out_of_memory", "allocation failed");
        answer(overloaded());
    } catch (std::exception const& error) {
        log_failure(LogLevel::error, "http.exception", error.what());
        answer_internal();
    } catch (...) {
        log_failure(LogLevel::error, "http.exception", "not a std::exception");
        answer_internal();
    }
}

void Dispatcher::Job::answer_internal() {
    answer({ErrorCode::internal,
            "Something went wrong on the server. Its log tells what, under this request_id."});
}

void Dispatcher::Job::log_failure(LogLevel level, std::string_view event, std::string_view reason) {
    if (!dispatcher_.log_.enabled(level)) return;
    dispatcher_.log_.write(level, event,
                           {{"request_id", request_->id},
                            {"route", match_.route ? match_.route->pattern : "none"},
                            {"reason", reason}});
}

std::string Dispatcher::Job::message_of(std::exception_ptr const& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& error) {
        return error.what();
    } catch (...) {
        return "not a std::exception";
    }
}

Problem Dispatcher::Job::given_up() const {
    return {ErrorCode::unavailable, "Nothing was done: the request took longer than " +
                                        std::to_string(match_.route->file_timeout.count()) +
                                        " seconds, or its client has gone."};
}

Problem Dispatcher::Job::overloaded() {
    Problem problem{ErrorCode::unavailable, "The server is busy. Try again in a moment."};
    problem.retry_after = std::chrono::seconds{1};
    return problem;
}

}  // namespace securestack
