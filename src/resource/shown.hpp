// One stored row as its readers see it.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "resource/field.hpp"
#include "resource/scope.hpp"
#include "storage/database.hpp"
#include "storage/row_texts.hpp"

namespace securestack {

struct ShownRow {
    std::int64_t version = 0;
    RowText json;  // with its readable fields
};

// The row that `scope` leaves, of a table whose rows have a version. A text that is kept for this version is
// not made again (docs/adr/0023).
std::optional<ShownRow> find_shown_row(Tx& tx, Schema const& schema, Scope const& scope);

template <class T>
struct Shown {
    ShownRow row;
};

template <class T>
std::optional<Shown<T>> find_shown(Tx& tx, Scope const& scope) {
    auto row = find_shown_row(tx, schema_of<T>(), scope);
    if (!row) return std::nullopt;
    return Shown<T>{*std::move(row)};
}

}  // namespace securestack
