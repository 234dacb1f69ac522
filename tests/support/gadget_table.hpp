// The fixture of the tests of stored documents: an empty table of gadgets on each engine.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "resource/document.hpp"
#include "resource/query.hpp"
#include "resource/schema_check.hpp"
#include "resource/table.hpp"
#include "support/gadget.hpp"
#include "support/insert_all.hpp"
#include "support/test_database.hpp"

namespace securestack::test {

using Strings = std::vector<std::string>;

inline IdSource ids;
inline CursorKey const cursor_key{Secret{"a key for tests"}};

inline Gadget gadget_named(std::string name) {
    Gadget gadget;
    gadget.id = ids.make(Time{});
    gadget.name = std::move(name);
    return gadget;
}

inline ListQuery list_query(QueryParameters const& parameters) {
    return parse_list_query(schema_of<Gadget>(), parameters, cursor_key).value();
}

// The member `name` of each row of a page.
inline Strings column(ListPage const& page, std::string_view name) {
    Strings found;
    for (auto const& row : page.rows) found.emplace_back(parse_json(*row).value().at(name).as_string());
    return found;
}

inline Strings texts(ListPage const& page) {
    Strings found;
    for (auto const& row : page.rows) found.push_back(*row);
    return found;
}

class GadgetTable : public EachEngine {
  protected:
    void SetUp() override {
        EachEngine::SetUp();
        if (IsSkipped()) return;
        database_.emplace(GetParam());
        Migration const table{1, "gadgets", std::string{gadgets_migration}};
        auto const log = make_null_log();
        migrate(*db(), std::span{&table, 1}, *log);
    }

    Database* db() { return &**database_; }

    void insert(std::vector<Gadget> const& gadgets) {
        db()->write_now([&](Tx& tx) { insert_all(tx, gadgets); });
    }

    ListPage page(ListQuery const& query, Sql const& scope = {}) {
        return db()->read_now([&](Tx& tx) { return fetch_page(tx, query, scope); });
    }

    void reopen(DatabaseOptions options) { database_->reopen(std::move(options)); }

    // As a server does that goes.
    void end_connections() {
        database_->open_another({.readers = 1})->write_now([](Tx& tx) {
            tx.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
                {}, [](Row const&) {});
        });
    }

    Strings names(QueryParameters const& parameters) { return column(page(list_query(parameters)), "name"); }

  private:
    std::optional<TestDatabase> database_;
};

}  // namespace securestack::test
