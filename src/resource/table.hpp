// Generic access to the rows of a stored document: every column is a field of the schema, by its name.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "core/error.hpp"
#include "resource/field.hpp"
#include "resource/query.hpp"
#include "storage/database.hpp"

namespace securestack {

namespace detail {
Result<void> insert_row(Tx& tx, Schema const& schema, void const* object);
bool find_row(Tx& tx, Schema const& schema, Sql const& where, void* object);
void read_rows(Tx& tx, Schema const& schema, Sql const& rest, void* object,
               std::function<void()> const& visit);
Result<void> update_row(Tx& tx, Schema const& schema, void const* object);
bool delete_row(Tx& tx, Schema const& schema, Id id);
}  // namespace detail

// The `conflict` that a client is told of who runs into the rule.
Problem duplicate(UniqueRule const& rule);

// T has `Id id` and, if it can change, `std::int64_t version` (which is its ETag).
template <class T>
class Table {
  public:
    explicit Table(Tx& tx) : tx_(tx) {}

    // `conflict` with the rule's own words when a UniqueRule is hit.
    Result<void> insert(T const& object) { return detail::insert_row(tx_, schema_of<T>(), &object); }

    std::optional<T> find(Id id) { return find_where(Sql{}.add("id = ").bind(id)); }
    std::optional<T> find_where(Sql const& where) {
        T object{};
        if (!detail::find_row(tx_, schema_of<T>(), where, &object)) return std::nullopt;
        return object;
    }

    // Calls `visit` with each row, one in memory at a time. `rest` is what follows the table's name in the
    // statement: "WHERE …", "ORDER BY …", or nothing.
    template <class Visit>
    void for_each(Sql const& rest, Visit const& visit) {
        T object{};
        detail::read_rows(tx_, schema_of<T>(), rest, &object, [&] { visit(std::as_const(object)); });
    }

    // The same for these columns alone; the other members are as they begin.
    template <class Visit>
    void for_each(std::span<Field const> columns, Sql const& rest, Visit const& visit) {
        Schema part = schema_of<T>();
        part.fields = columns;
        T object{};
        detail::read_rows(tx_, part, rest, &object, [&] { visit(std::as_const(object)); });
    }

    // Writes every column of the row with this id. `object.version` must be the version that was read; the
    // row and `object` get the next one. A row that changed in between throws DatabaseError{serialization}:
    // the unit runs again.
    Result<void> update(T& object) {
        auto saved = detail::update_row(tx_, schema_of<T>(), &object);
        if (saved) ++object.version;
        return saved;
    }

    bool remove(Id id) { return detail::delete_row(tx_, schema_of<T>(), id); }

  private:
    Tx& tx_;
};

}  // namespace securestack
