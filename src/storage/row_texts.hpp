// Texts that were made of rows, kept so that they need not be made again.
//
// A row is the same as long as its version is: that is what its ETag says, so what was made of one version
// never goes stale. Only transactions that see nothing but what is committed have a cache (Tx::row_texts).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "storage/lru_cache.hpp"

namespace securestack {

using RowText = std::shared_ptr<std::string const>;

struct RowVersion {
    Id id{};
    std::int64_t version = 0;
};

// Thread-safe. Takes what is offered for the second time, so that whoever walks through a long list once does
// not drive out what others look at again and again; then forgets what was not used for longest.
class RowTexts {
  public:
    // `limit` in bytes, of texts and what it takes to keep them.
    explicit RowTexts(std::size_t limit) : kept_(limit) {}

    // The texts of these rows in their order; null where there is none. `kind` tells apart what different
    // texts are made of a row.
    std::vector<RowText> find(void const* kind, std::span<RowVersion const> rows);
    void offer(void const* kind, std::span<RowVersion const> rows, std::span<RowText const> texts);
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
    struct Kept {
        std::int64_t version;
        RowText text;
    };

    // Whether this row was offered not long ago.
    bool seen_before(Key const& key, std::int64_t version);

    std::mutex mutex_;
    LruCache<Kept, Key, Key, Hash> kept_;
    // A doorkeeper (Einziger, Friedman, Manes: TinyLFU, 2017): a mark for each of the last rows that were
    // offered. A place has room for several, newest first, so that two rows of one page that meet in it do
    // not rub out each other's for ever.
    using Place = std::array<std::uint32_t, 4>;
    std::vector<Place> marks_;
};

}  // namespace securestack
