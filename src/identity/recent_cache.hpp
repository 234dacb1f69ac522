// A map of bounded size that keeps what was used lately: two generations, of which the older is dropped when
// the younger is full. Not thread-safe.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace securestack {

template <class Key, class Value, class Hash = std::hash<Key>>
class RecentCache {
  public:
    // Holds at most `capacity` entries, and at least half of that before it forgets one that is in use.
    explicit RecentCache(std::size_t capacity) : generation_(capacity / 2) {}

    // Null when there is none. Valid until the next call.
    Value const* find(Key const& key) {
        if (auto const found = young_.find(key); found != young_.end()) return &found->second;
        auto const found = old_.find(key);
        if (found == old_.end()) return nullptr;
        auto node = old_.extract(found);
        make_room();
        return &young_.insert(std::move(node)).position->second;
    }

    void put(Key const& key, Value value) {
        old_.erase(key);
        if (!young_.contains(key)) make_room();
        young_.insert_or_assign(key, std::move(value));
    }

    void erase(Key const& key) {
        young_.erase(key);
        old_.erase(key);
    }

    template <class Condition>
    void erase_if(Condition condition) {
        auto const matches = [&](auto const& entry) { return condition(entry.second); };
        std::erase_if(young_, matches);
        std::erase_if(old_, matches);
    }

    std::size_t size() const { return young_.size() + old_.size(); }

  private:
    using Map = std::unordered_map<Key, Value, Hash>;

    void make_room() {
        if (young_.size() < generation_) return;
        old_ = std::exchange(young_, Map{});
    }

    std::size_t generation_;
    Map young_;
    Map old_;
};

}  // namespace securestack
