#include "http/collection.hpp"

namespace securestack {

std::string Collection::a() const {
    bool const vowel = std::string_view{"aeiouAEIOU"}.find(what_.words.one.front()) != std::string_view::npos;
    return (vowel ? "an " : "a ") + std::string{what_.words.one};
}

RouteRef Collection::named(RouteRef route, std::string operation, std::string summary) const {
    return route.operation(std::move(operation)).summary(std::move(summary)).tag(std::string{what_.tag});
}

RouteRef Collection::of_one(RouteRef route, std::string const& verb, std::string summary) const {
    return named(route, verb + std::string{what_.operation.one}, std::move(summary));
}

// Whatever is unique may be taken already.
RouteRef Collection::changing(RouteRef route, std::string const& verb, std::string summary) const {
    auto const* answer = route.route().doc.answer;
    if (answer != nullptr && !answer->unique.empty()) route.answers(409);
    return of_one(route, verb, std::move(summary)).reach(what_.changing);
}

}  // namespace securestack
