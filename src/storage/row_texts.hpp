// Texts that were made of rows, kept so that they need not be made again.
//
// A row is the same as long as its version is: that is what its ETag says, so what was made of one version never
// goes stale. Only transactions that see nothing but what is committed have a cache (Tx::row_texts).
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/id.hpp"

namespace securestack {

using RowText = std::shared_ptr<std::string const>;

struct RowVersion {
    Id id{};
    std::int64_t version = 0;
};

// Thread-safe. Forgets what was not used for longest.
class RowTexts {
  public:
    // `limit` in bytes, of texts and what it takes to keep them.
    explicit RowTexts(std::size_t limit) : limit_(limit) {}

    // The texts of these rows in their order; null where there is none. `kind` tells apart what different texts
    // are made of a row.
    std::vector<RowText> find(void const* kind, std::span<RowVersion const> rows);
    void keep(void const* kind, RowVersion const& row, RowText text);
    void clear();

  private:
    struct Key {
        void const* kind;
        Id id;
        bool operator==(Key const&) const = default;
    };
    struct Hash {
        std::size_t operator()(Key const& key) const {
            return std::hash<Id>{}(key.id) ^ std::hash<void const*>{}(key.kind);
        }
    };
    struct Entry {
        Key key;
        std::int64_t version;
        RowText text;
    };
    using Entries = std::list<Entry>;

    void forget(Entries::iterator entry);

    std::size_t const limit_;
    std::mutex mutex_;
    Entries entries_;  // the most recently used first
    std::unordered_map<Key, Entries::iterator, Hash> index_;
    std::size_t bytes_ = 0;
};

}  // namespace securestack
