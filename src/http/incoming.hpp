// From a parsed head to the Request that the application sees.
#pragma once

#include <memory>
#include <vector>

#include "core/address.hpp"
#include "core/id.hpp"
#include "http/head.hpp"
#include "http/message.hpp"

namespace securestack {

struct Peer {
    Address address;
    bool tls = false;
};

// Copies what it needs of `head`. `malformed` when the path does not decode to UTF-8 without NUL.
// X-Forwarded-For and X-Forwarded-Proto count only when the peer is one of `trusted`.
Result<std::shared_ptr<Request>> make_request(Head const& head, Peer const& peer,
                                              std::vector<Network> const& trusted, IdSource& ids, Time now);

}  // namespace securestack
