#include "http/idempotency.hpp"

#include <algorithm>

namespace securestack {
namespace {

constexpr std::size_t longest_key = 255;

}  // namespace

Id idempotency_caller(Principal const& principal) {
    return principal.key.is_nil() ? principal.user : principal.key;
}

Result<std::optional<std::string>> idempotency_key(Headers const& headers) {
    auto const count = headers.count("Idempotency-Key");
    if (count == 0) return std::optional<std::string>{};
    auto const key = *headers.get("Idempotency-Key");
    bool const is_visible = std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
    if (count == 1 && !key.empty() && key.size() <= longest_key && is_visible)
        return std::optional{std::string{key}};
    Problem problem{ErrorCode::malformed,
                    "Idempotency-Key must be one header of 1 to 255 visible ASCII characters, for instance a "
                    "UUID that is new for each thing you want done."};
    problem.errors.push_back({"Idempotency-Key", "format", "must be 1 to 255 visible ASCII characters"});
    return problem;
}

void RequestsInFlight::Place::leave() {
    auto* const all = std::exchange(all_, nullptr);
    if (all == nullptr) return;
    std::lock_guard const lock(all->mutex_);
    all->keys_.erase(key_);
}

RequestsInFlight::Place RequestsInFlight::enter(KeyedRequest const& keyed) {
    Place place;
    place.key_ = {keyed.caller, keyed.key};
    std::lock_guard const lock(mutex_);
    if (keys_.insert(place.key_).second) place.all_ = this;
    return place;
}

}  // namespace securestack
