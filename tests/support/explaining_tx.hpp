// A transaction that asks for the plan of every query before it runs it.
#pragma once

#include <string>
#include <vector>

#include "storage/database.hpp"

namespace securestack::test {

class ExplainingTx final : public Tx {
  public:
    using Tx::execute;
    using Tx::query;

    struct Plan {
        std::string statement;
        std::string text;
    };

    explicit ExplainingTx(Tx& tx) : tx_(tx) {}

    std::vector<Plan> const& plans() const { return plans_; }

    void query(std::string_view sql, std::span<Param const> params, Each const& each) override {
        bool const sqlite = engine() == Engine::sqlite;
        Plan plan{.statement = std::string{sql}, .text = {}};
        tx_.query((sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + plan.statement, params,
                  [&](Row const& row) { plan.text += std::string{row.text(sqlite ? 3 : 0)} + "\n"; });
        plans_.push_back(std::move(plan));
        tx_.query(sql, params, each);
    }
    std::int64_t execute(std::string_view sql, std::span<Param const> params) override {
        return tx_.execute(sql, params);
    }
    void attempt(std::function<void()> const& work) override { tx_.attempt(work); }
    std::int64_t attempt(std::string_view sql, std::span<Param const> params) override {
        return tx_.attempt(sql, params);
    }
    void run_script(std::string_view sql) override { tx_.run_script(sql); }
    void run_until(std::stop_token stop) override { tx_.run_until(std::move(stop)); }
    RowTexts* row_texts() override { return tx_.row_texts(); }
    Engine engine() const override { return tx_.engine(); }
    Time database_now() override { return tx_.database_now(); }
    void on_commit(std::move_only_function<void()> action) override { tx_.on_commit(std::move(action)); }

  private:
    Tx& tx_;
    std::vector<Plan> plans_;
};

}  // namespace securestack::test
