// What goes into a statement (`Param`) and what comes out (`Row`). One vocabulary for both engines:
//
//   C++            SQLite     PostgreSQL   migration word
//   int64          INTEGER    bigint       {int}
//   bool           INTEGER    boolean      {bool}
//   double         REAL       double       {real}
//   string         TEXT       text         {text}
//   Bytes          BLOB       bytea        {bytes}
//   Id             BLOB       uuid         {id}
//   Time           INTEGER    bigint       {time}   (epoch microseconds)
//   JSON text      TEXT       text         {json}   (kept as the text that was written)
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/encoding.hpp"
#include "core/id.hpp"
#include "core/time.hpp"

namespace securestack {

using Null = std::monostate;

class Param {
  public:
    using Value = std::variant<Null, std::int64_t, bool, double, std::string, Bytes, Id>;

    Param() = default;
    Param(Null) {}
    Param(bool v) : value_(v) {}
    Param(double v) : value_(v) {}
    template <std::integral I>
    Param(I v) : value_(static_cast<std::int64_t>(v)) {}
    Param(std::string v) : value_(std::move(v)) {}
    Param(std::string_view v) : value_(std::string{v}) {}
    Param(char const* v) : value_(std::string{v}) {}
    Param(Bytes v) : value_(std::move(v)) {}
    Param(Id v) : value_(v) {}
    Param(Time v) : value_(to_micros(v)) {}

    template <class T>
    Param(std::optional<T> const& v) {
        if (v) *this = Param(*v);
    }

    Value const& value() const { return value_; }

  private:
    Value value_;
};

using Params = std::vector<Param>;

// The current row of a result. Columns count from 0. Views are valid until the next row. Reading a column as
// a type it does not hold throws DatabaseError.
class Row {
  public:
    virtual ~Row() = default;
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual bool boolean(int column) const = 0;
    virtual double real(int column) const = 0;
    virtual std::string_view text(int column) const = 0;
    virtual Bytes bytes(int column) const = 0;
    virtual Id id(int column) const = 0;

    Time time(int column) const { return from_micros(integer(column)); }
};

}  // namespace securestack
