// One connection to a PostgreSQL server. Used by one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/lru_cache.hpp"
#include "storage/postgres_error.hpp"
#include "storage/unit_queue.hpp"

namespace securestack::postgres {

class Connection {
  public:
    // Throws DatabaseError{unavailable}; its message does not hold the password. `statement_timeout` is the
    // server's own limit for each statement.
    Connection(Secret const& url, std::chrono::milliseconds statement_timeout);

    void query(std::string_view sql, std::span<Param const> params, Tx::Each const& each);
    std::int64_t execute(std::string_view sql, std::span<Param const> params = {});
    // One or several statements without parameters.
    void run_script(std::string_view sql);

    // No statement is begun past this; one that is under way then and does not return soon costs the
    // connection, so that a server that has gone silent does not hold the thread.
    void set_deadline(Steady::time_point deadline) {
        deadline_ = deadline;
        stop_ = {};
    }
    // No deadline, until the next is set: what holds of a deadline holds of the moment when this is
    // requested.
    void run_until(std::stop_token stop) {
        deadline_ = Steady::time_point::max();
        stop_ = std::move(stop);
    }

    // False when the connection has broken: make a new one.
    bool usable() const { return !broken_ && PQstatus(handle_.get()) == CONNECTION_OK; }
    // Ends any transaction without its effects, and forgets the prepared statements when the schema has
    // changed under one. Does not throw.
    void roll_back() noexcept;

  private:
    struct Finish {
        void operator()(PGconn* handle) const { PQfinish(handle); }
    };
    struct Clear {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using Result = std::unique_ptr<PGresult, Clear>;
    class Answers;

    void send(std::string_view sql, std::span<Param const> params);
    std::string const& prepared(std::string_view sql);
    void forget_statements();
    void require_ready();
    void heed_stop();
    void await_writable_or_answer(bool writing);
    void flush();
    Result next_result();
    void require_sent(int sent);
    [[noreturn]] void lose(std::string const& detail);

    std::unique_ptr<PGconn, Finish> handle_;
    LruCache<std::string> statements_{256};  // the server's name for a statement's text
    std::uint64_t statement_count_ = 0;
    Answers* answers_ = nullptr;  // of the statement under way
    Steady::time_point deadline_ = Steady::time_point::max();
    std::stop_token stop_;
    bool outdated_ = false;  // the statements
    bool broken_ = false;
};

// Throws DatabaseError{unavailable} with advice when `url` cannot be one; the message does not quote it.
void check_url(Secret const& url);

}  // namespace securestack::postgres
