// A document with one member of every kind, for the tests of src/resource.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resource/field.hpp"

namespace securestack {

enum class Colour : std::uint8_t { red, green, blue };
template <>
inline constexpr std::array<std::string_view, 3> choices<Colour>{"red", "green", "blue"};

struct Port {
    std::string host;
    std::int64_t port = 0;
    bool tls = true;

    bool operator==(Port const&) const = default;
};
template <>
inline Schema const& schema_of<Port>() {
    static constexpr auto fields =
        fields_of<Port>(field<&Port::host>("host").required().length(1, 253).format(formats::hostname),
                        field<&Port::port>("port").required().range(1, 65535), field<&Port::tls>("tls"));
    static constexpr Schema schema{.name = "Port", .fields = fields};
    return schema;
}

struct Gadget {
    Id id{};
    std::string name;
    Colour colour = Colour::red;
    std::int64_t size_bytes = 0;
    bool enabled = true;
    std::optional<std::string> ip;
    std::optional<Time> expires_at;
    std::map<std::string, std::string> labels;
    std::vector<Port> ports;
    std::vector<std::string> tags;
    std::string note;
    std::int64_t version = 1;
    Time created_at{};
};
template <>
inline Schema const& schema_of<Gadget>() {
    static constexpr auto fields = fields_of<Gadget>(
        field<&Gadget::id>("id").read_only().sortable().filterable(),
        field<&Gadget::name>("name").required().length(1, 20).sortable().filterable().searchable().sample(
            "\"g-1\""),
        field<&Gadget::colour>("colour").sortable().filterable().doc("What it looks like."),
        field<&Gadget::size_bytes>("size_bytes").range(0, 1000).sortable().filterable(),
        field<&Gadget::enabled>("enabled").sortable().filterable(),
        field<&Gadget::ip>("ip").format(formats::ip).filterable(),
        field<&Gadget::expires_at>("expires_at").filterable(),
        field<&Gadget::labels>("labels").length(0, 3).filterable(),
        field<&Gadget::ports>("ports").length(0, 2), field<&Gadget::tags>("tags").length(0, 4),
        field<&Gadget::note>("note").length(0, 100).searchable(),
        field<&Gadget::version>("version").internal(),
        field<&Gadget::created_at>("created_at").read_only().sortable().filterable());
    static constexpr std::array<UniqueRule, 1> unique{
        UniqueRule{"gadgets_note", "/note", "There is a gadget with this note."}};
    static constexpr Schema schema{
        .name = "Gadget",
        .table = "gadgets",
        .fields = fields,
        .default_sort = "name",
        .unique = unique,
        .check = [](void const* object, std::vector<FieldError>& errors) {
            auto const& gadget = *static_cast<Gadget const*>(object);
            if (gadget.colour == Colour::blue && !gadget.enabled) {
                errors.push_back({"/enabled", "range", "a blue gadget is always enabled"});
            }
        }};
    return schema;
}

inline constexpr std::string_view gadgets_migration = R"(
CREATE TABLE gadgets (
    id {id} NOT NULL PRIMARY KEY,
    name {text} NOT NULL,
    colour {text} NOT NULL,
    size_bytes {int} NOT NULL,
    enabled {bool} NOT NULL,
    ip {text},
    expires_at {time},
    labels {json} NOT NULL,
    ports {json} NOT NULL,
    tags {json} NOT NULL,
    note {text} NOT NULL,
    version {int} NOT NULL,
    created_at {time} NOT NULL,
    search_text {text} NOT NULL
){strict};
CREATE UNIQUE INDEX gadgets_note ON gadgets (note) WHERE note <> '';
CREATE INDEX gadgets_name ON gadgets (name, id);
CREATE INDEX gadgets_colour ON gadgets (colour, id);
CREATE INDEX gadgets_size ON gadgets (size_bytes, id);
)";

// What a client sends and only sends.
struct Credentials {
    std::string username;
    Secret password;
};
template <>
inline Schema const& schema_of<Credentials>() {
    static constexpr auto fields = fields_of<Credentials>(
        field<&Credentials::username>("username").required().length(3, 10),
        field<&Credentials::password>("password").required().write_only().length(12, 64));
    static constexpr Schema schema{.name = "Credentials", .fields = fields};
    return schema;
}

}  // namespace securestack
