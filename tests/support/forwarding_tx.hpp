// A transaction that hands everything on to another; a test overrides what it wants to see or to change.
#pragma once

#include "storage/database.hpp"

namespace securestack::test {

class ForwardingTx : public Tx {
  public:
    using Tx::execute;
    using Tx::query;

    explicit ForwardingTx(Tx& tx) : tx_(tx) {}

    void query(std::string_view sql, std::span<Param const> params, Each const& each) override {
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
};

}  // namespace securestack::test
