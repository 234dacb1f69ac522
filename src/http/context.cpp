#include "http/context.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "core/ascii.hpp"

namespace securestack {
namespace {

struct EntityTag {
    bool weak = false;
    std::string_view text;  // with its quotes
};

// What If-Match or If-None-Match asks for: any version, or one of these.
struct Condition {
    bool any = false;
    std::vector<EntityTag> tags;

    bool names(std::string_view wanted, bool weak_counts) const {
        return any || std::ranges::any_of(tags, [&](EntityTag const& tag) {
                   return tag.text == wanted && (weak_counts || !tag.weak);
               });
    }
};

bool is_tag_character(char c) {
    return c == '!' || (static_cast<unsigned char>(c) >= '#' && c != 0x7f);
}

// Takes one tag from the front of `list`; nullopt when what is there is none.
std::optional<EntityTag> take_tag(std::string_view& list) {
    EntityTag tag{.weak = list.starts_with("W/"), .text = {}};
    if (tag.weak) list.remove_prefix(2);
    auto const end = list.starts_with('"') ? list.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos) return std::nullopt;
    tag.text = list.substr(0, end + 1);
    if (!std::ranges::all_of(tag.text.substr(1, end - 1), is_tag_character)) return std::nullopt;
    list = ascii::trim(list.substr(end + 1));
    return tag;
}

// Empty elements of the list mean nothing (RFC 9110 §5.6.1.2). nullopt when it is malformed.
std::optional<Condition> parse_condition(std::string_view list) {
    list = ascii::trim(list);
    if (list == "*") return Condition{.any = true, .tags = {}};
    Condition condition;
    while (!list.empty()) {
        if (!list.starts_with(',')) {
            auto const tag = take_tag(list);
            if (!tag || !(list.empty() || list.starts_with(','))) return std::nullopt;
            condition.tags.push_back(*tag);
        }
        if (!list.empty()) list = ascii::trim(list.substr(1));
    }
    if (condition.tags.empty()) return std::nullopt;
    return condition;
}

bool names(std::string_view list, std::string_view wanted, bool weak_counts) {
    auto const condition = parse_condition(list);
    return condition && condition->names(wanted, weak_counts);
}

}  // namespace

Result<void> check_conditions(Headers const& headers) {
    for (auto const* const name : {"If-Match", "If-None-Match"}) {
        if (!headers.get(name) || parse_condition(headers.joined(name))) continue;
        return Problem{ErrorCode::malformed,
                       std::string{name} + R"( must be * or entity tags in double quotes, such as "3".)"};
    }
    return {};
}

std::string entity_tag(std::int64_t version) {
    return '"' + std::to_string(version) + '"';
}

Result<std::optional<bool>> Context::flag(std::string_view name) const {
    auto const parameters = request.query();
    if (!parameters) return parameters.error();
    std::optional<bool> flag;
    for (auto const& [parameter, value] : *parameters) {
        if (parameter != name) continue;
        if (flag || (value != "true" && value != "false")) {
            std::string const wrong = flag ? "may be given once only" : "must be true or false";
            Problem problem{ErrorCode::malformed, "Query parameter " + parameter};
            problem.detail.append(": ").append(wrong);
            problem.errors.push_back({parameter, flag ? "duplicate" : "format", wrong});
            return problem;
        }
        flag = value == "true";
    }
    return flag;
}

Result<void> Context::check_preconditions(std::int64_t version) const {
    auto const tag = entity_tag(version);
    auto const match = request.headers.get("If-Match") ? request.headers.joined("If-Match") : "*";
    if (!names(match, tag, false)) {
        // RFC 9110 §13.1.1 compares strongly; proxies that compress make a tag weak.
        if (names(match, tag, true)) {
            return Problem{ErrorCode::precondition_failed,
                           "If-Match takes no weak entity tag (W/…): send " + tag + ", without the W/."};
        }
        return Problem{ErrorCode::precondition_failed,
                       "It has changed since you read it: its ETag is now " + tag +
                           ". Read it again, then repeat the change with that value in If-Match."};
    }
    if (none_match_hits(tag)) {
        return Problem{ErrorCode::precondition_failed,
                       "If-None-Match names what is there (its ETag is " + tag +
                           "), so that nothing was changed. To change just that, use If-Match."};
    }
    return {};
}

bool Context::none_match_hits(std::string_view tag) const {
    if (!request.headers.get("If-None-Match")) return false;
    return names(request.headers.joined("If-None-Match"), tag, true);
}

}  // namespace securestack
