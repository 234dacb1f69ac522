#include "core/id.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/ascii.hpp"
#include "core/secret.hpp"

namespace securestack {
namespace {

constexpr std::size_t text_size = 36;

// Where each byte's two digits stand in the text; the gaps are the hyphens.
constexpr std::array<std::uint8_t, 16> digit_at{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::array<std::uint8_t, 4> hyphen_at{8, 13, 18, 23};

constexpr auto hex_pairs = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t i = 0; i < 256; ++i) pairs[i] = {digits[i >> 4], digits[i & 15]};
    return pairs;
}();

constexpr std::uint8_t not_hex = 0xff;
constexpr auto hex_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(not_hex);
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const digit = ascii::hex_digit(static_cast<char>(i));
        if (digit >= 0) values[i] = static_cast<std::uint8_t>(digit);
    }
    return values;
}();

std::uint8_t hex_value(char c) {
    return hex_values[static_cast<unsigned char>(c)];
}

// The counter fills rand_a (12 bits) and the first 14 bits of rand_b; 48 bits stay random (RFC 9562, 6.2
// method 1).
constexpr int counter_bits = 26;
constexpr std::uint64_t counter_limit = std::uint64_t{1} << counter_bits;

template <std::size_t N>
void put_big_endian(std::uint8_t* at, std::uint64_t value) {
    for (std::size_t i = N; i-- > 0; value >>= 8) at[i] = static_cast<std::uint8_t>(value);
}

}  // namespace

void Id::append_to(std::string& out) const {
    std::array<char, text_size> text;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        std::memcpy(text.data() + digit_at[i], hex_pairs[bytes[i]].data(), 2);
    for (auto const at : hyphen_at) text[at] = '-';
    out.append(text.data(), text.size());
}

std::string Id::to_string() const {
    std::string out;
    append_to(out);
    return out;
}

std::optional<Id> Id::parse(std::string_view text) {
    if (text.size() != text_size) return std::nullopt;
    if (!std::ranges::all_of(hyphen_at, [&](std::uint8_t at) { return text[at] == '-'; }))
        return std::nullopt;
    Id id;
    std::uint8_t seen = 0;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) {
        auto const high = hex_value(text[digit_at[i]]);
        auto const low = hex_value(text[digit_at[i] + 1u]);
        seen |= high | low;
        id.bytes[i] = static_cast<std::uint8_t>((high << 4) | (low & 15));
    }
    if (seen == not_hex) return std::nullopt;
    return id;
}

std::string without_ids(std::string_view text) {
    std::string masked;
    while (!text.empty()) {
        bool const is_id = Id::parse(text.substr(0, text_size)).has_value();
        if (is_id) {
            masked += "{id}";
        } else {
            masked += text.front();
        }
        text.remove_prefix(is_id ? text_size : 1);
    }
    return masked;
}

Id first_id_at(Time time) {
    Id id;
    put_big_endian<6>(id.bytes.data(),
                      static_cast<std::uint64_t>(std::max<std::int64_t>(to_micros(time) / 1000, 0)));
    return id;
}

IdSource::Randomness IdSource::draw() {
    if (used_ == drawn_.size()) {
        fill_random(drawn_);
        used_ = 0;
    }
    Randomness random;
    std::memcpy(random.data(), drawn_.data() + used_, random.size());
    used_ += random.size();
    return random;
}

Id IdSource::make(Time now) {
    Randomness random;
    auto const millis = static_cast<std::uint64_t>(std::max<std::int64_t>(to_micros(now) / 1000, 0));
    std::uint64_t counter = 0;
    std::uint64_t stamp = 0;
    {
        std::scoped_lock const lock(mutex_);
        random = draw();
        // A clock that went back, or a counter that ran out, borrows from the future: order is kept.
        if (millis > last_millis_ || ++counter_ == counter_limit) {
            last_millis_ = std::max(millis, last_millis_ + 1);
            std::uint32_t seed = 0;
            std::memcpy(&seed, random.data() + 6, sizeof seed);
            counter_ = seed % (counter_limit / 2);
        }
        counter = counter_;
        stamp = last_millis_;
    }
    Id id;
    put_big_endian<6>(id.bytes.data(), stamp);
    put_big_endian<2>(id.bytes.data() + 6, 0x7000 | (counter >> 14));
    put_big_endian<2>(id.bytes.data() + 8, 0x8000 | (counter & 0x3fff));
    std::memcpy(id.bytes.data() + 10, random.data(), 6);
    return id;
}

}  // namespace securestack

std::size_t std::hash<securestack::Id>::operator()(securestack::Id const& id) const noexcept {
    // The tail is random in ids of our own; mixing the head in serves ids that others made.
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::memcpy(&head, id.bytes.data(), 8);
    std::memcpy(&tail, id.bytes.data() + 8, 8);
    return std::rotl(head * 0x9e3779b97f4a7c15u, 32) ^ tail;
}
