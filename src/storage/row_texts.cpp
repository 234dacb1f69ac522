#include "storage/row_texts.hpp"

#include <utility>

namespace securestack {
namespace {

constexpr std::size_t kept_with_each = 256;  // entry, index and allocations, about
constexpr int marks_bits = 15;
constexpr std::size_t marks = std::size_t{1} << marks_bits;
constexpr std::uint64_t mixer = 0x9e3779b97f4a7c15;  // 2^64 over the golden ratio (Knuth, 6.4)

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

void RowTexts::offer(void const* kind, std::span<RowVersion const> rows, std::span<RowText const> texts) {
    std::lock_guard const lock(mutex_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Key const key{kind, rows[i].id};
        auto const known = index_.find(key);
        bool const is_known = known != index_.end();
        if (is_known && known->second->version >= rows[i].version)
            continue;  // or somebody looked at it later
        if (is_known) forget(known->second);
        if (is_known || seen_before(key, rows[i].version)) keep(key, rows[i].version, texts[i]);
    }
}

bool RowTexts::seen_before(Key const& key, std::int64_t version) {
    if (marks_.empty()) marks_.resize(marks);
    std::uint64_t const hash = (Hash{}(key) + static_cast<std::uint64_t>(version)) * mixer;
    auto const mark = static_cast<std::uint32_t>(hash) | 1U;
    return std::exchange(marks_[hash >> (64 - marks_bits)], mark) == mark;
}

void RowTexts::keep(Key const& key, std::int64_t version, RowText const& text) {
    bytes_ += size_of(text);
    entries_.push_front({key, version, text});
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
