#include "http/message.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "core/encoding.hpp"
#include "resource/json.hpp"

namespace securestack {

namespace {

constexpr std::array<std::string_view, method_count> method_names{"GET",   "HEAD",   "POST",    "PUT",
                                                                  "PATCH", "DELETE", "OPTIONS", "OTHER"};

// A path as a URI reference: Request::path was decoded but for its escaped slashes, so all else that RFC 3986
// does not allow in one is escaped again.
std::string encode_path(std::string_view path) {
    static constexpr std::string_view hex = "0123456789ABCDEF";
    static constexpr ascii::CharSet path_characters{"/-._~!$&'()*+,;=:@"};
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        bool const is_slash = ascii::equal_ignoring_case(path.substr(i, 3), "%2F");
        if (is_slash || path_characters.has(path[i])) {
            out += path[i];
            continue;
        }
        auto const byte = static_cast<unsigned char>(path[i]);
        out += '%';
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
    return out;
}

Result<std::string> decode_parameter(std::string_view text) {
    auto decoded = percent_decode(text, true);
    if (!decoded || !is_utf8(*decoded)) {
        return Problem{ErrorCode::malformed, "The query string has a bad percent escape or is not UTF-8."};
    }
    return *std::move(decoded);
}

void add_status_headers(Problem const& problem, Headers& headers) {
    if (problem.code == ErrorCode::invalid_token) {
        headers.add("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    } else if (problem.status() == 401) {
        headers.add("WWW-Authenticate", "Bearer");
    }
    if (!problem.allow.empty()) headers.add("Allow", problem.allow);
    if (problem.retry_after) {
        headers.add("Retry-After", std::to_string(problem.retry_after->count()));
    } else if (problem.status() == 503) {
        headers.add("Retry-After", "1");
    }
}

void write_errors(std::vector<FieldError> const& errors, JsonWriter& out) {
    out.field_name("errors");
    out.begin_array();
    for (FieldError const& error : errors) {
        out.begin_object();
        out.field_name("pointer");
        out.string(error.pointer);
        out.field_name("code");
        out.string(error.code);
        out.field_name("detail");
        out.string(error.detail);
        out.end_object();
    }
    out.end_array();
}

}  // namespace

std::string_view to_string(Method method) {
    return method_names[static_cast<std::size_t>(method)];
}

Method parse_method(std::string_view text) {
    auto const* const found = std::ranges::find(method_names, text);
    if (found == method_names.end()) return Method::other;
    return static_cast<Method>(found - method_names.begin());
}

void Headers::add(std::string name, std::string value) {
    if (all_.empty()) all_.reserve(8);  // most messages have no more
    all_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string_view name, std::string value) {
    std::erase_if(all_, [&](auto const& header) { return ascii::equal_ignoring_case(header.first, name); });
    add(std::string{name}, std::move(value));
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
    for (auto const& [key, value] : all_) {
        if (ascii::equal_ignoring_case(key, name)) return value;
    }
    return std::nullopt;
}

std::string Headers::joined(std::string_view name) const {
    std::string all;
    for (auto const& [key, value] : all_) {
        if (!ascii::equal_ignoring_case(key, name)) continue;
        if (!all.empty()) all += ", ";
        all += value;
    }
    return all;
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        all_, [&](auto const& header) { return ascii::equal_ignoring_case(header.first, name); }));
}

Result<QueryParameters> Request::query() const {
    QueryParameters parameters;
    std::string_view rest = raw_query;
    while (!rest.empty()) {
        auto const end = rest.find('&');
        std::string_view const pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (pair.empty()) continue;
        auto const equals = pair.find('=');
        auto name = decode_parameter(pair.substr(0, equals));
        if (!name) return name.error();
        auto value = decode_parameter(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
        if (!value) return value.error();
        parameters.emplace_back(*std::move(name), *std::move(value));
    }
    return parameters;
}

void Request::each_piece(std::function<void(std::string_view piece)> const& take) const {
    constexpr std::size_t piece_size = 1024 * 1024;
    for (auto rest = content(); !rest.empty();) {
        take(rest.substr(0, piece_size));
        rest.remove_prefix(std::min(piece_size, rest.size()));
        let_go();
    }
}

void Request::let_go() const {
    if (spool) spool->let_go();
}

Response json_response(int status, std::string body) {
    return text_response(status, "application/json", std::move(body));
}

Response text_response(int status, std::string_view content_type, std::string body) {
    Response response;
    response.status = status;
    response.headers.add("Content-Type", std::string{content_type});
    response.body = std::move(body);
    return response;
}

Response problem_response(Problem const& problem, std::string_view instance, std::string_view request_id) {
    ErrorDescription const& description = describe(problem.code);
    std::string body;
    JsonWriter out{body};
    out.begin_object();
    out.field_name("type");
    out.string("/problems/" + std::string{description.slug});
    out.field_name("title");
    out.string(description.title);
    out.field_name("status");
    out.integer(description.status);
    if (!problem.detail.empty()) {
        out.field_name("detail");
        out.string(problem.detail);
    }
    out.field_name("instance");
    out.string(encode_path(instance));
    out.field_name("request_id");
    out.string(request_id);
    if (!problem.errors.empty()) write_errors(problem.errors, out);
    out.end_object();

    Response response = text_response(description.status, "application/problem+json", std::move(body));
    response.headers.add("Cache-Control", "no-store");
    add_status_headers(problem, response.headers);
    return response;
}

}  // namespace securestack
