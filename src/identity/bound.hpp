// Gives handlers their Identity: bound(identity, login) is a handler of the router's kind. Private to
// identity.
#pragma once

#include "http/handler.hpp"

namespace securestack {

class Identity;

template <class R, class... A>
auto bound(Identity& identity, R (*handler)(Identity&, Tx&, Context const&, A...)) {
    return [&identity, handler](Tx& tx, Context const& context, A... arguments) -> R {
        return handler(identity, tx, context, arguments...);
    };
}

}  // namespace securestack
