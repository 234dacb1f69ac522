// Gives handlers what else they need than a request: `bound(identity, login)` and `bound(tasks,
// &Tasks::create)` are handlers of the router's kind.
#pragma once

#include <functional>
#include <utility>

#include "http/handler.hpp"

namespace securestack {

// A function that takes a service first, which outlives the router.
template <class Service, class R, class... A>
auto bound(Service& service, R (*handler)(Service&, Tx&, Context const&, A...)) {
    return [&service, handler](Tx& tx, Context const& context, A... arguments) -> R {
        return handler(service, tx, context, arguments...);
    };
}

// A member of `object`: an object that is cheap to copy, or a shared pointer to one.
template <class Object, class Class, class R, class... A>
auto bound(Object object, R (Class::*handler)(Tx&, Context const&, A...) const) {
    return [object = std::move(object), handler](Tx& tx, Context const& context, A... arguments) -> R {
        return std::invoke(handler, object, tx, context, arguments...);
    };
}

}  // namespace securestack
