#include "storage/queued_database.hpp"

#include <pthread.h>

namespace securestack {
namespace {

std::exception_ptr unavailable(char const* message) {
    return std::make_exception_ptr(DatabaseError{DatabaseError::Kind::unavailable, message});
}

}  // namespace

QueuedDatabase::QueuedDatabase(DatabaseOptions options, Log& log)
    : options_(std::move(options)),
      log_(log),
      reads_(options_.queue),
      writes_(options_.queue),
      row_texts_(options_.row_texts) {}

void QueuedDatabase::submit(UnitKind kind, Work work, Done done) {
    Unit unit;
    unit.kind = kind == UnitKind::lookup ? UnitKind::read : kind;
    unit.work = std::move(work);
    unit.done = std::move(done);
    unit.submitted = Steady::now();
    if (kind != UnitKind::maintenance) unit.deadline = unit.submitted + options_.deadline;
    if (kind == UnitKind::lookup && looked_up(unit)) return;
    if (queue_for(unit.kind).push(unit)) return;
    unit.done(
        unavailable(closing_ ? "the database is closing" : "too much work is waiting for the database"));
}

DatabaseStats QueuedDatabase::stats() const {
    return {
        .read_queue = reads_.size(), .write_queue = writes_.size(), .commits = commits_, .retries = retries_};
}

void QueuedDatabase::close() {
    std::lock_guard lock(close_mutex_);
    closing_ = true;
    reads_.close();
    writes_.close();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void QueuedDatabase::start_thread(std::string name, std::function<void()> body) {
    threads_.emplace_back([name = std::move(name), body = std::move(body)] {
        ::pthread_setname_np(::pthread_self(), name.c_str());
        body();
    });
}

bool QueuedDatabase::expired(Unit& unit) {
    unit.begun = Steady::now();
    if (unit.begun < unit.deadline) return false;
    std::vector<Action> none;
    finish(unit, none, unavailable("the work waited for the database past its deadline"));
    return true;
}

void QueuedDatabase::finish(Unit& unit, std::vector<Action>& actions, std::exception_ptr error) noexcept {
    auto const guarded = [&](auto const& call) {
        try {
            call();
        } catch (std::exception const& thrown) {
            log_.error("database.callback_threw", {{"error", thrown.what()}});
        } catch (...) {
            log_.error("database.callback_threw", {});
        }
    };
    if (options_.observer) {
        auto const ended = Steady::now();
        guarded(
            [&] { options_.observer(is_write(unit.kind), unit.begun - unit.submitted, ended - unit.begun); });
    }
    if (!error) {
        for (auto& action : actions) guarded([&] { action(); });
    }
    unit.work = nullptr;  // what it captured goes before the caller goes on
    guarded([&] { unit.done(std::move(error)); });
}

}  // namespace securestack
