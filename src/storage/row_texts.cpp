#include "storage/row_texts.hpp"

#include <utility>

namespace securestack {
namespace {

constexpr std::size_t kept_with_each = 256;  // entry, index and allocations, about

std::size_t size_of(RowText const& text) {
    return text->capacity() + kept_with_each;
}

}  // namespace

std::vector<RowText> RowTexts::find(void const* kind, std::span<RowVersion const> rows) {
    std::vector<RowText> texts(rows.size());
    std::lock_guard const lock(mutex_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto const known = index_.find({kind, rows[i].id});
        if (known == index_.end() || known->second->version != rows[i].version) continue;
        entries_.splice(entries_.begin(), entries_, known->second);
        texts[i] = known->second->text;
    }
    return texts;
}

void RowTexts::keep(void const* kind, RowVersion const& row, RowText text) {
    std::lock_guard const lock(mutex_);
    Key const key{kind, row.id};
    if (auto const known = index_.find(key); known != index_.end()) {
        if (known->second->version >= row.version) return;  // somebody looked at it later
        forget(known->second);
    }
    bytes_ += size_of(text);
    entries_.push_front({key, row.version, std::move(text)});
    index_.emplace(key, entries_.begin());
    while (bytes_ > limit_) forget(std::prev(entries_.end()));
}

void RowTexts::clear() {
    std::lock_guard const lock(mutex_);
    index_.clear();
    entries_.clear();
    bytes_ = 0;
}

void RowTexts::forget(Entries::iterator entry) {
    bytes_ -= size_of(entry->text);
    index_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace securestack
