#include "storage/row_texts.hpp"

#include <algorithm>
#include <utility>

namespace securestack {
namespace {

constexpr std::size_t kept_with_each = 256;  // entry, index and allocations, about
constexpr int place_bits = 13;
constexpr std::uint64_t mixer = 0x9e3779b97f4a7c15;  // 2^64 over the golden ratio (Knuth, 6.4)

std::size_t size_of(RowText const& text) {
    return text->capacity() + kept_with_each;
}

}  // namespace

std::vector<RowText> RowTexts::find(void const* kind, std::span<RowVersion const> rows) {
    std::vector<RowText> texts(rows.size());
    std::lock_guard const lock(mutex_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto const known = kept_.find({kind, rows[i].id});
        if (known && known->version == rows[i].version) texts[i] = known->text;
    }
    return texts;
}

void RowTexts::offer(void const* kind, std::span<RowVersion const> rows, std::span<RowText const> texts) {
    std::lock_guard const lock(mutex_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Key const key{kind, rows[i].id};
        auto const version = rows[i].version;
        auto const known = kept_.find(key);
        if (known && known->version >= version) continue;  // or somebody looked at it later
        if (known) {
            kept_.erase(key);
        } else if (!seen_before(key, version)) {
            continue;
        }
        kept_.insert(key, std::make_shared<Kept>(version, texts[i]), size_of(texts[i]));
    }
}

bool RowTexts::seen_before(Key const& key, std::int64_t version) {
    if (marks_.empty()) marks_.resize(std::size_t{1} << place_bits);
    std::uint64_t const hash = (Hash{}(key) + static_cast<std::uint64_t>(version)) * mixer;
    auto const mark = static_cast<std::uint32_t>(hash) | 1U;
    auto& place = marks_[hash >> (64 - place_bits)];
    if (std::ranges::find(place, mark) != place.end()) return true;
    std::shift_right(place.begin(), place.end(), 1);
    place.front() = mark;
    return false;
}

void RowTexts::clear() {
    std::lock_guard const lock(mutex_);
    kept_.clear();
}

}  // namespace securestack
