// The part of a transaction that does not depend on the engine: an error spoils the transaction until an
// `attempt` takes it back, and actions wait for the commit.
#pragma once

#include <vector>

#include "storage/database.hpp"

namespace securestack {

class EngineTx : public Tx {
  public:
    using Tx::execute;
    using Tx::query;

    void query(std::string_view sql, std::span<Param const> params, Each const& each) final;
    std::int64_t execute(std::string_view sql, std::span<Param const> params) final;
    void attempt(std::function<void()> const& work) final;
    std::int64_t attempt(std::string_view sql, std::span<Param const> params) final;
    void run_script(std::string_view sql) final;
    void run_until(std::stop_token stop) final;
    void on_commit(std::move_only_function<void()> action) final { actions_.push_back(std::move(action)); }

    // The first error of a statement that no attempt took back. Whatever the work made of it, such a
    // transaction must not be committed.
    std::optional<DatabaseError> const& failure() const { return failure_; }
    void require_sound() const {
        if (failure_) throw DatabaseError{*failure_};
        if (stop_.stop_requested())
            throw DatabaseError{DatabaseError::Kind::interrupted, "the work was stopped"};
    }
    std::vector<std::move_only_function<void()>> take_actions() { return std::move(actions_); }

  private:
    virtual void do_query(std::string_view sql, std::span<Param const> params, Each const& each) = 0;
    virtual std::int64_t do_execute(std::string_view sql, std::span<Param const> params) = 0;
    virtual void do_script(std::string_view sql) = 0;
    virtual void do_run_until(std::stop_token stop) = 0;
    // Whether the engine undoes by itself what a statement did that broke a constraint, and nothing else.
    virtual bool undoes_statements() const = 0;

    template <class F>
    auto guarded(F const& statement) {
        require_sound();
        try {
            return statement();
        } catch (DatabaseError const& error) {
            if (!failure_) failure_ = error;
            throw;
        }
    }
    void take_back(std::string const& savepoint);

    std::optional<DatabaseError> failure_;
    std::stop_token stop_;
    std::vector<std::move_only_function<void()>> actions_;
    int depth_ = 0;
};

// A transaction over an engine's own connection, which must outlive it.
template <class Connection>
class ConnectionTx : public EngineTx {
  public:
    // `row_texts` only for one that sees nothing but what is committed.
    explicit ConnectionTx(Connection& connection, RowTexts* row_texts = nullptr)
        : connection_(connection), row_texts_(row_texts) {}

    RowTexts* row_texts() final { return row_texts_; }

  private:
    void do_query(std::string_view sql, std::span<Param const> params, Each const& each) final {
        connection_.query(sql, params, each);
    }
    std::int64_t do_execute(std::string_view sql, std::span<Param const> params) final {
        return connection_.execute(sql, params);
    }
    void do_script(std::string_view sql) final { connection_.run_script(sql); }
    void do_run_until(std::stop_token stop) final { connection_.run_until(std::move(stop)); }

    Connection& connection_;
    RowTexts* const row_texts_;
};

}  // namespace securestack
