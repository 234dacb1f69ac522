// One connection to a SQLite file. Used by one thread at a time.
#pragma once

#include <memory>
#include <string>

#include "storage/lru_cache.hpp"
#include "storage/sqlite_error.hpp"
#include "storage/unit_queue.hpp"

namespace securestack::sqlite {

class Connection {
  public:
    enum class Role {
        writer,
        reader,
        lookup  // a reader that does not wait for others (what is busy throws), and looks at the clock at
                // every row
    };

    // Opens `path` (":memory:" too), making the file, readable by its owner only, when it is absent. Throws
    // DatabaseError{unavailable}.
    Connection(std::string const& path, Role role);

    // Statements hold placeholders as $1, $2 … (dialect.hpp).
    void query(std::string_view sql, std::span<Param const> params, Tx::Each const& each);
    std::int64_t execute(std::string_view sql, std::span<Param const> params = {});
    void run_script(std::string_view sql);
    // Refuses to write from now on, or no more.
    void set_read_only(bool read_only);

    // Statements that run past this end with DatabaseError{interrupted}.
    void set_deadline(Steady::time_point deadline) {
        deadline_ = deadline;
        stop_ = {};
    }
    // No deadline, until the next is set: statements end so when this is requested.
    void run_until(std::stop_token stop) {
        deadline_ = Steady::time_point::max();
        stop_ = std::move(stop);
    }

    // False also after SQLite has rolled back by itself (disk full, interrupted write).
    bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
    // Grows with every row that is changed, and with every script.
    std::int64_t changes() const { return sqlite3_total_changes64(handle_.get()) + scripts_; }
    // Throws when a deferred foreign key would make the commit fail.
    void require_foreign_keys() const;
    // Ends any transaction without its effects. Does not throw.
    void roll_back() noexcept;

    // Pages in the write-ahead log, and those of them that are not yet copied into the file.
    int log_pages() const { return log_pages_; }
    int uncopied_pages() const { return log_pages_ - copied_pages_; }
    // Copies the log into the file as far as readers allow, or waits a moment for them so that the log can
    // begin anew. Does not throw: the next one makes up for it.
    void checkpoint(bool wait_for_readers) noexcept;
    // Empties the log.
    void tidy_up() noexcept;

  private:
    struct Statement;
    class Use;
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };

    bool is_over() const { return Steady::now() > deadline_ || stop_.stop_requested(); }
    void configure(bool in_memory);
    std::shared_ptr<Statement> prepare(std::string_view sql);
    [[noreturn]] void fail() { throw last_error(handle_.get(), &constraint_names_); }

    Role const role_;
    std::unique_ptr<sqlite3, Close> handle_;
    ConstraintNames constraint_names_;
    LruCache<Statement> statements_{256};
    Steady::time_point deadline_ = Steady::time_point::max();
    std::stop_token stop_;
    std::int64_t scripts_ = 0;
    int log_pages_ = 0;
    int copied_pages_ = 0;
};

}  // namespace securestack::sqlite
