// A transaction that asks for the plan of every query before it runs it.
#pragma once

#include <string>
#include <vector>

#include "forwarding_tx.hpp"

namespace securestack::test {

class ExplainingTx final : public ForwardingTx {
  public:
    struct Plan {
        std::string statement;
        std::string text;
    };

    using ForwardingTx::ForwardingTx;
    using ForwardingTx::query;

    std::vector<Plan> const& plans() const { return plans_; }

    void query(std::string_view sql, std::span<Param const> params, Each const& each) override {
        bool const sqlite = engine() == Engine::sqlite;
        Plan plan{.statement = std::string{sql}, .text = {}};
        ForwardingTx::query(
            (sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + plan.statement, params,
            [&](Row const& row) { plan.text += std::string{row.text(sqlite ? 3 : 0)} + "\n"; });
        plans_.push_back(std::move(plan));
        ForwardingTx::query(sql, params, each);
    }

  private:
    std::vector<Plan> plans_;
};

}  // namespace securestack::test
