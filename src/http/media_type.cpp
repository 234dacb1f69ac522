#include "http/media_type.hpp"

#include <algorithm>
#include <string>

#include "core/ascii.hpp"

namespace securestack {

namespace {

// Cuts the part before `separator` off the front of `rest`.
std::string_view cut(std::string_view& rest, char separator) {
    auto const end = rest.find(separator);
    std::string_view const part = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return ascii::trim(part);
}

// In thousandths; a weight that is none counts as 0, so that nothing is served on a guess.
int weight(std::string_view text) {
    if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
    int value = (text[0] - '0') * 1000;
    if (text.size() > 5 || (text.size() > 1 && text[1] != '.')) return 0;
    int place = 100;
    for (char const digit : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (!ascii::is_digit(digit)) return 0;
        value += (digit - '0') * place;
        place /= 10;
    }
    return std::min(value, 1000);
}

struct Preference {
    int weight = 0;
    int precision = -1;  // 2: type/subtype, 1: type/*, 0: */*
};

int precision_of(std::string_view range, std::string_view offer) {
    if (ascii::equal_ignoring_case(range, offer)) return 2;
    if (range == "*/*") return 0;
    auto const slash = range.find('/');
    if (slash == std::string_view::npos || range.substr(slash) != "/*") return -1;
    return ascii::equal_ignoring_case(range.substr(0, slash), offer.substr(0, offer.find('/'))) ? 1 : -1;
}

Preference preference(std::string_view accept, std::string_view offer) {
    Preference best;
    while (!accept.empty()) {
        std::string_view item = cut(accept, ',');
        std::string_view const range = cut(item, ';');
        int const precision = precision_of(range, offer);
        if (precision <= best.precision) continue;
        int item_weight = 1000;
        while (!item.empty()) {
            std::string_view parameter = cut(item, ';');
            if (ascii::equal_ignoring_case(cut(parameter, '='), "q")) item_weight = weight(parameter);
        }
        best = {item_weight, precision};
    }
    return best;
}

std::string listed(std::span<std::string_view const> names) {
    std::string text;
    for (std::string_view const name : names) {
        if (!text.empty()) text += ", ";
        text += name;
    }
    return text;
}

bool is_utf8_charset(std::string_view parameters) {
    while (!parameters.empty()) {
        std::string_view parameter = cut(parameters, ';');
        if (!ascii::equal_ignoring_case(cut(parameter, '='), "charset")) continue;
        if (!ascii::equal_ignoring_case(parameter, "utf-8") &&
            !ascii::equal_ignoring_case(parameter, "\"utf-8\""))
            return false;
    }
    return true;
}

}  // namespace

std::optional<std::size_t> choose_media_type(Headers const& headers,
                                             std::span<std::string_view const> offers) {
    auto const first = headers.get("Accept");
    if (!first || *first == "*/*" || *first == offers.front()) return 0;
    std::string const accept = headers.joined("Accept");
    if (ascii::trim(accept).empty()) return 0;
    std::optional<std::size_t> chosen;
    int best = 0;
    for (std::size_t i = 0; i < offers.size(); ++i) {
        int const liked = preference(accept, offers[i]).weight;
        if (liked > best) {
            best = liked;
            chosen = i;
        }
    }
    return chosen;
}

Result<std::size_t> negotiate(Headers const& headers, std::span<std::string_view const> offers) {
    if (auto const chosen = choose_media_type(headers, offers)) return *chosen;
    // Whoever reads problem documents reads JSON.
    static constexpr std::string_view problem[] = {"application/problem+json"};
    if (offers.front() == "application/json" && choose_media_type(headers, problem)) return std::size_t{0};
    return Problem{ErrorCode::not_acceptable, "This can be answered as: " + listed(offers) + "."};
}

Result<void> check_content_type(Headers const& headers, std::initializer_list<std::string_view> accepted) {
    std::string const expected = listed({accepted.begin(), accepted.size()});
    if (auto const coding = headers.get("Content-Encoding");
        coding && !ascii::equal_ignoring_case(*coding, "identity")) {
        return Problem{ErrorCode::unsupported_media_type, "Send the body without a Content-Encoding."};
    }
    std::string_view parameters = headers.get("Content-Type").value_or("");
    std::string_view const type = cut(parameters, ';');
    bool const known =
        headers.count("Content-Type") == 1 && std::ranges::any_of(accepted, [&](std::string_view name) {
            return ascii::equal_ignoring_case(name, type);
        });
    if (known && is_utf8_charset(parameters)) return {};
    return Problem{ErrorCode::unsupported_media_type,
                   "Send the body with Content-Type: " + expected + " (UTF-8)."};
}

}  // namespace securestack
