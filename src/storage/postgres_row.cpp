#include "storage/postgres_row.hpp"

#include <charconv>

#include "storage/database.hpp"

namespace securestack::postgres {
namespace {

// From the server's pg_type.dat, where they are fixed.
constexpr Oid bool_type = 16;
constexpr Oid bytea_type = 17;
constexpr Oid int8_type = 20;
constexpr Oid int2_type = 21;
constexpr Oid int4_type = 23;
constexpr Oid float4_type = 700;
constexpr Oid float8_type = 701;
constexpr Oid numeric_type = 1700;
constexpr Oid uuid_type = 2950;

bool is_integer(Oid type) {
    return type == int8_type || type == int4_type || type == int2_type;
}
bool is_number(Oid type) {
    return is_integer(type) || type == float4_type || type == float8_type || type == numeric_type;
}

[[noreturn]] void wrong(int column, char const* wanted) {
    throw DatabaseError{DatabaseError::Kind::other,
                        "column " + std::to_string(column) + " does not hold " + wanted};
}

template <class T>
T number(std::string_view text, int column, char const* wanted) {
    T value{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) wrong(column, wanted);
    return value;
}

}  // namespace

bool ResultRow::is_null(int column) const {
    return PQgetisnull(result_, 0, column) != 0;
}

std::string_view ResultRow::value(int column, char const* wanted) const {
    if (column < 0 || column >= PQnfields(result_) || is_null(column)) wrong(column, wanted);
    return {PQgetvalue(result_, 0, column), static_cast<std::size_t>(PQgetlength(result_, 0, column))};
}

std::int64_t ResultRow::integer(int column) const {
    constexpr auto wanted = "an integer";
    // The sum of bigints is a numeric.
    if (!is_integer(type(column)) && type(column) != numeric_type) wrong(column, wanted);
    return number<std::int64_t>(value(column, wanted), column, wanted);
}

bool ResultRow::boolean(int column) const {
    constexpr auto wanted = "true or false";
    if (type(column) != bool_type) wrong(column, wanted);
    return value(column, wanted) == "t";
}

double ResultRow::real(int column) const {
    constexpr auto wanted = "a number";
    if (!is_number(type(column))) wrong(column, wanted);
    return number<double>(value(column, wanted), column, wanted);
}

std::string_view ResultRow::text(int column) const {
    constexpr auto wanted = "text";
    auto const held = type(column);
    if (is_number(held) || held == bool_type || held == bytea_type || held == uuid_type)
        wrong(column, wanted);
    return value(column, wanted);
}

Bytes ResultRow::bytes(int column) const {
    constexpr auto wanted = "bytes";
    if (type(column) != bytea_type) wrong(column, wanted);
    auto const hex = value(column, wanted);
    auto decoded = hex.starts_with("\\x") ? from_hex(hex.substr(2)) : std::nullopt;
    if (!decoded) wrong(column, wanted);
    return *std::move(decoded);
}

Id ResultRow::id(int column) const {
    constexpr auto wanted = "an id";
    if (type(column) != uuid_type) wrong(column, wanted);
    auto const parsed = Id::parse(value(column, wanted));
    if (!parsed) wrong(column, wanted);
    return *parsed;
}

}  // namespace securestack::postgres
