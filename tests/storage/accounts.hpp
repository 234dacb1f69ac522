// The fixture of most storage tests: a database with one small table, and what is asked of it again and
// again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/test_database.hpp"

namespace securestack::test {

inline std::int64_t add(Tx& tx, std::string const& name, std::int64_t balance = 0) {
    return tx.execute("INSERT INTO accounts (name, balance) VALUES ($1, $2)", {name, balance});
}

// The kind of the DatabaseError that `call` throws; fails the test when it throws none.
template <class F>
std::optional<DatabaseError::Kind> kind_of(F const& call) {
    try {
        call();
    } catch (DatabaseError const& error) {
        return error.kind();
    }
    ADD_FAILURE() << "no DatabaseError was thrown";
    return std::nullopt;
}

class AccountsTest : public EachEngine {
  protected:
    void SetUp() override {
        EachEngine::SetUp();
        if (IsSkipped()) return;
        database.emplace(GetParam());
        Migration const table{
            1, "accounts",
            "CREATE TABLE accounts (name {text} NOT NULL PRIMARY KEY, balance {int} NOT NULL){strict}"};
        auto const log = make_null_log();
        migrate(*db(), std::span{&table, 1}, *log);
    }

    Database* db() { return &**database; }

    std::vector<std::string> names() {
        return db()->read_now([](Tx& tx) {
            std::vector<std::string> found;
            tx.query("SELECT name FROM accounts ORDER BY name", {},
                     [&](Row const& row) { found.emplace_back(row.text(0)); });
            return found;
        });
    }

    std::int64_t balance(std::string const& name) {
        return db()->read_now([&](Tx& tx) {
            return tx
                .first("SELECT balance FROM accounts WHERE name = $1", {name},
                       [](Row const& row) { return row.integer(0); })
                .value();
        });
    }

    std::optional<TestDatabase> database;
};

}  // namespace securestack::test
