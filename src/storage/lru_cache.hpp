// A map of bounded weight that forgets what was not used for longest. Not thread-safe.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace securestack {

// `View` is what a Key is looked up by; it is made from a Key, and may refer to it.
template <class T, class Key = std::string, class View = std::string_view, class Hash = std::hash<View>>
class LruCache {
  public:
    // Of the weights of all entries together.
    explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

    // Null when absent. A value stays usable after it was forgotten, while someone holds it.
    std::shared_ptr<T> find(View const& key) {
        auto const found = index_.find(key);
        if (found == index_.end()) return nullptr;
        if (found->second != entries_.begin()) entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->value;
    }

    // `key` must be absent. Returns the values that had to go: perhaps this one itself.
    std::vector<std::shared_ptr<T>> insert(View const& key, std::shared_ptr<T> value,
                                           std::size_t weight = 1) {
        entries_.push_front({Key{key}, std::move(value), weight});
        index_.emplace(View{entries_.front().key}, entries_.begin());
        weight_ += weight;
        std::vector<std::shared_ptr<T>> gone;
        while (weight_ > capacity_) gone.push_back(take(std::prev(entries_.end())));
        return gone;
    }

    // `key` must be there.
    void erase(View const& key) { take(index_.at(key)); }

    void clear() {
        index_.clear();
        entries_.clear();
        weight_ = 0;
    }

  private:
    struct Entry {
        Key key;
        std::shared_ptr<T> value;
        std::size_t weight;
    };
    using Entries = std::list<Entry>;

    std::shared_ptr<T> take(typename Entries::iterator entry) {
        auto value = std::move(entry->value);
        weight_ -= entry->weight;
        index_.erase(View{entry->key});
        entries_.erase(entry);
        return value;
    }

    std::size_t const capacity_;
    Entries entries_;  // the most recently used first
    std::unordered_map<View, typename Entries::iterator, Hash> index_;
    std::size_t weight_ = 0;
};

}  // namespace securestack
