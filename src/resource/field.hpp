// A document defined once. A struct's members are listed as fields:
//
//   template <> Schema const& schema_of<Server>() {
//       static constexpr auto fields = fields_of<Server>(
//           field<&Server::id>("id").read_only(),
//           field<&Server::name>("name").required().length(1, 100).sortable().filterable().doc("…"), …);
//       static constexpr Schema schema{.name = "Server", .table = "servers", .fields = fields, …};
//       return schema;
//   }
//
// and from that come JSON in (strict, every error at once) and out, validation, SQL, filters, sorting,
// cursors and the OpenAPI schema. A member without a field does not compile. The member pointer becomes a
// handful of function pointers; all else is ordinary code over `std::span<Field const>` in the .cpp files of
// this folder.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include <boost/pfr/tuple_size.hpp>

#include "resource/codec.hpp"
#include "resource/format.hpp"

namespace securestack {

// Who sees a field from outside.
enum class Visibility : std::uint8_t {
    read_write,
    read_only,   // in answers only; sent by a client: 422
    write_only,  // in requests only (a password)
    internal     // never leaves the server
};

// The type-erased access to one member of a struct.
struct FieldAccess {
    void (*to_json)(void const* object, JsonWriter& out);
    // Reads `value` into the member; adds to `errors` under `pointer` what is wrong with it.
    void (*from_json)(boost::json::value const& value, void* object, std::string const& pointer,
                      std::vector<FieldError>& errors);
    Param (*to_param)(void const* object);
    void (*from_row)(Row const& row, int column, void* object);
    // A column straight to JSON, without the struct between: what list pages use.
    void (*row_to_json)(Row const& row, int column, JsonWriter& out);
    // A filter's text ("active", "2026-…Z") as a parameter; nullopt when it is none of this type.
    std::optional<Param> (*parse)(std::string_view text);
    // Copies the member from one object of the same struct to another.
    void (*copy)(void const* from, void* to);
};

template <auto Member>
struct MemberAccess;

template <class T, class M, M T::*Member>
struct MemberAccess<Member> {
    using Object = T;
    using Type = M;
    static M const& get(void const* object) { return static_cast<T const*>(object)->*Member; }
    static M& get(void* object) { return static_cast<T*>(object)->*Member; }

    static constexpr FieldAccess access{
        .to_json = [](void const* object, JsonWriter& out) { Codec<M>::to_json(get(object), out); },
        .from_json =
            [](boost::json::value const& value, void* object, std::string const& pointer,
               std::vector<FieldError>& errors) { Codec<M>::from_json(value, get(object), pointer, errors); },
        .to_param = [](void const* object) { return Codec<M>::to_param(get(object)); },
        .from_row = [](Row const& row, int column,
                       void* object) { Codec<M>::from_row(row, column, get(object)); },
        .row_to_json = [](Row const& row, int column,
                          JsonWriter& out) { Codec<M>::row_to_json(row, column, out); },
        .parse = [](std::string_view text) { return Codec<M>::parse(text); },
        .copy = [](void const* from, void* to) { get(to) = get(from); },
    };
};

// The member as the compiler calls it. Addresses would do as well, but are no constants to g++ under its
// sanitizers.
template <auto Member>
consteval std::string_view member_name() {
    return __PRETTY_FUNCTION__;
}

struct Field {
    std::string_view name;    // in JSON, in SQL and in C++
    std::string_view member;  // see `member_name`
    FieldAccess const* access = nullptr;
    TypeInfo const* type = nullptr;
    Visibility visibility = Visibility::read_write;
    bool is_required = false;
    bool is_sortable = false;  // needs an index (field, id) and a NOT NULL column
    bool is_filterable = false;
    std::string_view filter_name = {};  // of the list parameter, when it is not the field's own
    // Part of what ?q= looks at. A table with such a field has one more column, search_text {text} NOT NULL,
    // that is no member: Table writes it.
    bool is_searchable = false;
    // Code points of a string, value of a number, members of a map, items of a list.
    std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
    TextFormat const* text_format = nullptr;
    std::string_view documentation;
    std::string_view example;  // JSON text

    constexpr Field required() const {
        Field f = *this;
        f.is_required = true;
        return f;
    }
    constexpr Field read_only() const { return seen(Visibility::read_only); }
    constexpr Field write_only() const { return seen(Visibility::write_only); }
    constexpr Field internal() const { return seen(Visibility::internal); }
    constexpr Field sortable() const {
        Field f = *this;
        f.is_sortable = true;
        return f;
    }
    constexpr Field filterable() const {
        Field f = *this;
        f.is_filterable = true;
        return f;
    }
    // The same under another name: an internal column that stands for a document (?actor= looks at actor_id).
    constexpr Field filterable_as(std::string_view parameter) const {
        Field f = *this;
        f.is_filterable = true;
        f.filter_name = parameter;
        return f;
    }
    constexpr Field searchable() const {
        Field f = *this;
        f.is_searchable = true;
        return f;
    }
    constexpr Field length(std::int64_t least, std::int64_t most) const { return range(least, most); }
    constexpr Field range(std::int64_t least, std::int64_t most) const {
        Field f = *this;
        f.minimum = least;
        f.maximum = most;
        return f;
    }
    constexpr Field format(TextFormat const& form) const {
        Field f = *this;
        f.text_format = &form;
        return f;
    }
    constexpr Field doc(std::string_view text) const {
        Field f = *this;
        f.documentation = text;
        return f;
    }
    constexpr Field sample(std::string_view json) const {
        Field f = *this;
        f.example = json;
        return f;
    }

    bool is_writable() const {
        return visibility == Visibility::read_write || visibility == Visibility::write_only;
    }
    // Whether lists take it as a parameter, and what that is called.
    bool is_filter() const { return is_filterable && (is_readable() || !filter_name.empty()); }
    std::string_view parameter() const { return filter_name.empty() ? name : filter_name; }

    bool is_readable() const {
        return visibility == Visibility::read_write || visibility == Visibility::read_only;
    }

  private:
    constexpr Field seen(Visibility by) const {
        Field f = *this;
        f.visibility = by;
        return f;
    }
};

template <auto Member>
constexpr Field field(std::string_view name) {
    Field result;
    result.name = name;
    result.member = member_name<Member>();
    result.access = &MemberAccess<Member>::access;
    result.type = &Codec<typename MemberAccess<Member>::Type>::type;
    return result;
}

// All fields of T, in the order in which they are shown. Fails the build when a member has no field or two,
// and when a field is sortable whose column could not carry a keyset (null, a map, a list).
template <class T, class... F>
consteval std::array<Field, sizeof...(F)> fields_of(F... fields) {
    static_assert(sizeof...(F) == boost::pfr::tuple_size_v<T>, "every member needs exactly one field");
    std::array<Field, sizeof...(F)> all{fields...};
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (all[i].name == all[j].name) throw "two fields have one name";
            if (all[i].member == all[j].member) throw "two fields have one member";
        }
        if (all[i].is_sortable && (all[i].type->nullable || all[i].type->json >= JsonType::map)) {
            throw "a sortable field must be a scalar that is never null";
        }
    }
    return all;
}

// A UNIQUE index of the table, and what a client is told that runs into it.
struct UniqueRule {
    std::string_view index;    // as named in the migration
    std::string_view pointer;  // "/name"
    std::string_view detail;   // "You already have a server with this name."
};

struct Schema {
    std::string_view name;        // OpenAPI component: "Server"
    std::string_view table = {};  // empty when it is not stored
    std::span<Field const> fields;
    std::string_view default_sort = "id";  // as in ?sort=
    std::span<UniqueRule const> unique = {};
    // Rules that span members. `errors` has what the members break of their own: see `is_wrong`. May be null.
    void (*check)(void const* object, std::vector<FieldError>& errors) = nullptr;
    // A readable member changes without a new `version` (when something was last used): a row's text is made
    // anew for every list, not once for each version.
    bool changes_beside_version = false;
    // ?q= has an index of its search_text (migrations/0014_search_index.sqlite.sql), which is told of new
    // rows.
    bool has_text_index = false;
    std::string_view documentation = {};

    Field const* find(std::string_view field_name) const;
    bool is_searchable() const;
    // Whether two rows of one id and version look the same to whoever may see them.
    bool version_says_all() const { return !changes_beside_version && find("version") != nullptr; }
};

}  // namespace securestack
