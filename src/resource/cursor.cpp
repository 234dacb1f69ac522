// A cursor is a version byte with flags, the keys, and 16 bytes of SipHash over these and the query, in
// base64url.
#include <array>
#include <stdexcept>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"
#include "resource/query.hpp"

namespace securestack {

namespace {

constexpr std::size_t mac_size = std::tuple_size_v<ShortMac>;
constexpr std::uint8_t version = 0x20;
constexpr std::uint8_t flag_backward = 0x01;
constexpr std::uint8_t flag_inclusive = 0x02;

enum class Tag : std::uint8_t { null, integer, boolean, text, id };

class Writer {
  public:
    Writer() { bytes_.reserve(256); }
    void byte(std::uint8_t value) { bytes_.push_back(value); }
    void integer(std::int64_t value) {
        auto const bits = static_cast<std::uint64_t>(value);
        std::array<std::uint8_t, 8> little_endian;
        for (std::size_t i = 0; i < 8; ++i) little_endian[i] = static_cast<std::uint8_t>(bits >> (8 * i));
        bytes_.insert(bytes_.end(), little_endian.begin(), little_endian.end());
    }
    void text(std::string_view value) {
        integer(static_cast<std::int64_t>(value.size()));
        bytes_.insert(bytes_.end(), value.begin(), value.end());
    }
    void tag(Tag value) { byte(static_cast<std::uint8_t>(value)); }

    void param(Param const& param) {
        auto const& value = param.value();
        if (auto const* number = std::get_if<std::int64_t>(&value)) {
            tag(Tag::integer);
            integer(*number);
        } else if (auto const* flag = std::get_if<bool>(&value)) {
            tag(Tag::boolean);
            byte(*flag ? 1 : 0);
        } else if (auto const* string = std::get_if<std::string>(&value)) {
            tag(Tag::text);
            text(*string);
        } else if (auto const* id = std::get_if<Id>(&value)) {
            tag(Tag::id);
            bytes_.insert(bytes_.end(), id->bytes.begin(), id->bytes.end());
        } else if (std::holds_alternative<Null>(value)) {
            tag(Tag::null);
        } else {
            throw std::logic_error("a cursor holds integers, booleans, texts and ids only");
        }
    }

    Bytes& bytes() { return bytes_; }

  private:
    Bytes bytes_;
};

// Reads what Writer wrote; nothing after the first fault.
class Reader {
  public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    bool done() const { return rest_.empty(); }
    bool failed() const { return failed_; }

    std::uint8_t byte() {
        auto const read = take(1);
        return read.empty() ? 0 : read[0];
    }
    std::int64_t integer() {
        std::uint64_t bits = 0;
        unsigned shift = 0;
        for (auto const part : take(8)) {
            bits |= std::uint64_t{part} << shift;
            shift += 8;
        }
        return static_cast<std::int64_t>(bits);
    }
    Param param() {
        switch (static_cast<Tag>(byte())) {
            case Tag::integer:
                return integer();
            case Tag::boolean:
                return byte() != 0;
            case Tag::text:
                return text_of(take(static_cast<std::size_t>(integer())));
            case Tag::id: {
                Id id;
                auto const read = take(id.bytes.size());
                std::copy(read.begin(), read.end(), id.bytes.begin());
                return id;
            }
            case Tag::null:
                break;
        }
        failed_ = true;
        return {};
    }

  private:
    ByteView take(std::size_t count) {
        if (count > rest_.size()) failed_ = true;
        if (failed_) return {};
        auto const taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }

    ByteView rest_;
    bool failed_ = false;
};

// What the position means something in: the list, its order, its filters and its search.
void write_question(ListQuery const& query, Writer& out) {
    out.text(query.schema->name);
    out.text(query.place);
    out.integer(static_cast<std::int64_t>(query.sort.size()));
    for (auto const& key : query.sort) {
        out.text(key.field->name);
        out.byte(key.descending ? 1 : 0);
    }
    out.integer(static_cast<std::int64_t>(query.filters.size()));
    for (auto const& filter : query.filters) {
        out.text(filter.field->name);
        out.text(filter.key);
        out.byte(static_cast<std::uint8_t>(filter.comparison));
        out.integer(static_cast<std::int64_t>(filter.values.size()));
        for (auto const& value : filter.values) out.param(value ? *value : Param{});
    }
    out.text(query.search);
}

ShortMac mac(Secret const& key, ListQuery const& query, ByteView payload) {
    Writer signed_text;
    signed_text.text(text_of(payload));
    write_question(query, signed_text);
    return siphash_mac(bytes_of(key.reveal()), signed_text.bytes());
}

}  // namespace

CursorKey::CursorKey(Secret const& key)
    : key_(std::string{text_of(ByteView{sha256(key.reveal())}.first(short_mac_key_size))}) {}

std::string CursorKey::encode(ListQuery const& query, CursorPosition const& position) const {
    Writer cursor;
    cursor.byte(static_cast<std::uint8_t>(version | (position.backward ? flag_backward : 0) |
                                          (position.inclusive ? flag_inclusive : 0)));
    for (auto const& key : position.keys) cursor.param(key);
    auto const code = mac(key_, query, cursor.bytes());
    cursor.bytes().insert(cursor.bytes().end(), code.begin(), code.end());
    return to_base64url(cursor.bytes());
}

Result<CursorPosition> CursorKey::decode(ListQuery const& query, std::string_view cursor) const {
    auto const refusal = [] {
        return Problem{
            ErrorCode::malformed,
            "was altered, or belongs to another list, sort, filter or search; start again without it"};
    };
    auto const bytes = from_base64url(cursor);
    if (!bytes || bytes->size() <= mac_size) return refusal();
    auto const payload = ByteView{*bytes}.first(bytes->size() - mac_size);
    auto const code = ByteView{*bytes}.last(mac_size);
    auto const expected = mac(key_, query, payload);
    if (!equal_in_constant_time(text_of(code), text_of(expected))) return refusal();

    Reader reader{payload};
    auto const head = reader.byte();
    CursorPosition position{
        .keys = {}, .backward = (head & flag_backward) != 0, .inclusive = (head & flag_inclusive) != 0};
    while (!reader.done() && !reader.failed()) position.keys.push_back(reader.param());
    bool const is_known = (head & ~(flag_backward | flag_inclusive)) == version;
    if (!is_known || reader.failed() || position.keys.size() != query.sort.size()) return refusal();
    return position;
}

}  // namespace securestack
