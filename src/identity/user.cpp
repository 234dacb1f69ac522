#include "identity/user.hpp"

#include <utf8proc.h>

#include "core/encoding.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

bool is_visible(utf8proc_category_t category) {
    switch (category) {
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:
        case UTF8PROC_CATEGORY_ZS:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
            return false;
        default:
            return true;
    }
}

// Visible characters with single spaces between them, and no combining mark that stands on nothing.
bool reads_plainly(std::string_view text) {
    bool after_space = true;
    auto const* next = reinterpret_cast<utf8proc_uint8_t const*>(text.data());
    for (auto left = static_cast<utf8proc_ssize_t>(text.size()); left > 0;) {
        utf8proc_int32_t point = 0;
        auto const used = utf8proc_iterate(next, left, &point);
        if (used <= 0) return false;
        auto const category = utf8proc_category(point);
        bool const mark = category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
        bool const space = point == ' ';
        // What is ignored when names are compared may not be in one: two names would be the same name.
        if (utf8proc_get_property(point)->ignorable) return false;
        if (space ? after_space : !is_visible(category) || (mark && after_space)) return false;
        after_space = space;
        next += used;
        left -= used;
    }
    return !after_space && is_plain_line(text);
}

constexpr std::array unique_rules{
    UniqueRule{.index = "users_username_fold", .pointer = "/username", .detail = "This username is taken."}};

}  // namespace

constinit TextFormat const username_format{.name = "username",
                                           .accepts = reads_plainly,
                                           .expected = "visible characters, without a space at either end"};

template <>
Schema const& schema_of<User>() {
    static constexpr auto fields = fields_of<User>(
        field<&User::id>("id").read_only().doc("UUID version 7."),
        field<&User::username>("username")
            .required()
            .length(shortest_username, longest_username)
            .format(username_format)
            .sortable()
            .filterable()
            .searchable()
            .doc("Unique without regard to case. May be an e-mail address.")
            .sample("\"bob@example.org\""),
        field<&User::email>("email")
            .length(3, 254)
            .format(formats::email)
            .searchable()
            .sample("\"bob@example.org\""),
        field<&User::display_name>("display_name")
            .length(0, 200)
            .format(formats::one_line)
            .searchable()
            .sample("\"Bob Martin\""),
        field<&User::role>("role").filterable().doc("What the user may do: see Roles and permissions."),
        field<&User::disabled>("disabled")
            .filterable()
            .doc("A disabled user cannot log in; its sessions end."),
        field<&User::created_at>("created_at").read_only().sortable().filterable(),
        field<&User::updated_at>("updated_at").read_only(),
        field<&User::last_login_at>("last_login_at").read_only(),
        field<&User::username_fold>("username_fold").internal(),
        field<&User::password_hash>("password_hash").internal(), field<&User::epoch>("epoch").internal(),
        field<&User::version>("version").internal());
    static constexpr Schema schema{.name = "User",
                                   .table = "users",
                                   .fields = fields,
                                   .default_sort = "username",
                                   .unique = unique_rules,
                                   .documentation = "A person with an account."};
    return schema;
}

Problem username_is_taken() {
    return duplicate(unique_rules.front());
}

AuditObject audit_object(User const& user) {
    return {.type = "user", .id = user.id.to_string(), .name = user.username};
}

}  // namespace securestack
