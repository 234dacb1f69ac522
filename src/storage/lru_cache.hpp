// A map from text to T that forgets what was not used for longest.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace securestack {

template <class T>
class LruCache {
  public:
    explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

    // Null when absent. A value stays usable after it was forgotten, while someone holds it.
    std::shared_ptr<T> find(std::string_view key) {
        auto const found = index_.find(key);
        if (found == index_.end()) return nullptr;
        if (found->second != entries_.begin()) entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->value;
    }

    // `key` must be absent. Returns the value that had to go, if one had to.
    std::shared_ptr<T> insert(std::string_view key, std::shared_ptr<T> value) {
        std::shared_ptr<T> gone;
        if (entries_.size() >= capacity_) {
            gone = std::move(entries_.back().value);
            index_.erase(entries_.back().key);
            entries_.pop_back();
        }
        entries_.push_front({std::string{key}, std::move(value)});
        index_.emplace(entries_.front().key, entries_.begin());
        return gone;
    }

    void clear() {
        index_.clear();
        entries_.clear();
    }

  private:
    struct Entry {
        std::string key;
        std::shared_ptr<T> value;
    };

    std::size_t const capacity_;
    std::list<Entry> entries_;  // the most recently used first
    std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_;
};

}  // namespace securestack
