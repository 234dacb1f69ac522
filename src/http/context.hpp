// What a handler knows of the request it serves, beside its arguments.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/address.hpp"
#include "core/id.hpp"
#include "core/principal.hpp"
#include "core/time.hpp"
#include "http/message.hpp"
#include "resource/query.hpp"

namespace securestack {

// Made once a request, valid until the response is built. Handlers run on database or cpu threads, one at a
// time for a request.
struct Context {
    Request const& request;
    Principal principal;
    Time now;
    IdSource& ids;
    CursorKey const& cursors;

    Id new_id() const { return ids.make(now); }
    Address const& client() const { return request.client; }
    std::string const& request_id() const { return request.id; }

    // A query parameter that is true or false; nullopt when it is not there. Else a Problem `malformed`.
    Result<std::optional<bool>> flag(std::string_view name) const;

    // Before a change (RFC 9110 §13.1.1, §13.1.2): `precondition_failed` when If-Match is there and does not
    // name this version, or If-None-Match names it; "*" names any.
    Result<void> check_preconditions(std::int64_t version) const;

    // RFC 9110 §13.1.2: true when If-None-Match is "*" or names `tag` (weak comparison).
    bool none_match_hits(std::string_view tag) const;
};

// Problem `malformed` unless If-Match and If-None-Match, where they are sent, are "*" or entity tags
// (RFC 9110 §8.8.3).
Result<void> check_conditions(Headers const& headers);

// The strong ETag of a document at this version, quotes included.
std::string entity_tag(std::int64_t version);

}  // namespace securestack
