#include "http/incoming.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "core/ascii.hpp"
#include "core/encoding.hpp"

namespace securestack {
namespace {

constexpr std::size_t max_request_id = 64;

bool is_sane_id(std::string_view text) {
    static constexpr ascii::CharSet characters{"._-"};
    return !text.empty() && text.size() <= max_request_id && characters.has_all(text);
}

// An escaped slash is part of its segment (RFC 3986 §2.2), so it stays as it is.
std::optional<std::string> decoded_path(std::string_view raw) {
    std::string path;
    while (!raw.empty()) {
        auto const slash = std::min({raw.find("%2F"), raw.find("%2f"), raw.size()});
        auto const piece = percent_decode(raw.substr(0, slash));
        if (!piece) return std::nullopt;
        path += *piece;
        raw.remove_prefix(slash);
        auto const escape = raw.substr(0, 3);
        path += escape;
        raw.remove_prefix(escape.size());
    }
    if (!is_utf8(path)) return std::nullopt;
    return path;
}

void believe_proxy(Request& request, Peer const& peer, std::vector<Network> const& trusted) {
    request.client = peer.address;
    request.secure = peer.tls;
    if (std::ranges::none_of(trusted, [&](Network const& network) { return network.contains(peer.address); }))
        return;
    request.client = client_address(peer.address, request.headers.joined("X-Forwarded-For"), trusted);
    // The last value is the one that the proxy beside us wrote.
    auto const protocols = request.headers.joined("X-Forwarded-Proto");
    if (!protocols.empty()) request.secure = protocols == "https" || protocols.ends_with(", https");
}

}  // namespace

Result<std::shared_ptr<Request>> make_request(Head const& head, Peer const& peer,
                                              std::vector<Network> const& trusted, IdSource& ids, Time now) {
    auto const request = std::make_shared<Request>();
    for (auto const& field : head.fields)
        request->headers.add(std::string{field.name}, std::string{field.value});
    auto const given = request->headers.get("X-Request-Id");
    request->id = given && is_sane_id(*given) ? std::string{*given} : ids.make(now).to_string();
    request->method = head.method;
    request->target = head.target;
    request->raw_query = head.query;
    auto path = decoded_path(head.path);
    if (!path) return Problem{ErrorCode::malformed, "The path must be UTF-8 without NUL."};
    request->path = *std::move(path);
    believe_proxy(*request, peer, trusted);
    return request;
}

}  // namespace securestack
