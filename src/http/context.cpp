#include "http/context.hpp"

#include <optional>

namespace securestack {

namespace {

struct EntityTag {
    bool weak = false;
    std::string_view text;  // with its quotes
};

// Takes the next entity-tag from a comma-separated list; nullopt at its end or where it is malformed, which
// ends it.
std::optional<EntityTag> next_tag(std::string_view& list) {
    auto const start = list.find_first_not_of(" \t,");
    if (start == std::string_view::npos) return std::nullopt;
    list.remove_prefix(start);
    EntityTag tag;
    if (list.starts_with("W/")) {
        tag.weak = true;
        list.remove_prefix(2);
    }
    if (!list.starts_with('"')) return std::nullopt;
    auto const end = list.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    tag.text = list.substr(0, end + 1);
    list.remove_prefix(end + 1);
    return tag;
}

bool is_any(std::string_view list) {
    auto const first = list.find_first_not_of(" \t");
    auto const last = list.find_last_not_of(" \t");
    return first != std::string_view::npos && first == last && list[first] == '*';
}

bool names(std::string_view list, std::string_view wanted, bool weak_counts) {
    while (auto const tag = next_tag(list)) {
        if (tag->text == wanted && (weak_counts || !tag->weak)) return true;
    }
    return false;
}

}  // namespace

std::string entity_tag(std::int64_t version) {
    return '"' + std::to_string(version) + '"';
}

Result<void> Context::check_if_match(std::int64_t version) const {
    if (request.headers.count("If-Match") == 0) return {};
    std::string const list = request.headers.joined("If-Match");
    if (is_any(list) || names(list, entity_tag(version), false)) return {};
    return Problem{ErrorCode::precondition_failed,
                   "It has changed since you read it: its ETag is now " + entity_tag(version) +
                       ". Read it again, then repeat the change with that value in If-Match."};
}

bool Context::none_match_hits(std::string_view tag) const {
    auto const first = request.headers.get("If-None-Match");
    if (!first) return false;
    std::string const list = request.headers.joined("If-None-Match");
    return is_any(list) || names(list, tag, true);
}

}  // namespace securestack
