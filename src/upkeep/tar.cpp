#include "upkeep/tar.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

namespace securestack {
namespace {

constexpr std::size_t block_size = 512;
using Block = std::array<std::uint8_t, block_size>;

struct Part {
    std::size_t offset;
    std::size_t size;
};
constexpr Part name_part{0, 100};
constexpr Part mode_part{100, 8};
constexpr Part owner_part{108, 8};
constexpr Part group_part{116, 8};
constexpr Part size_part{124, 12};
constexpr Part time_part{136, 12};
constexpr Part sum_part{148, 8};
constexpr Part type_part{156, 1};
constexpr Part magic_part{257, 8};

constexpr std::uint64_t most_in_octal = 0777'7777'7777;

void put(Block& block, Part part, std::string_view text) {
    std::memcpy(block.data() + part.offset, text.data(), std::min(text.size(), part.size));
}

void put_octal(Block& block, Part part, std::uint64_t value) {
    put(block, part, fmt::format("{:0{}o}", value, part.size - 1));
}

// GNU's way for what eleven octal digits cannot hold: the first bit set, then the number.
void put_size(Block& block, std::uint64_t size) {
    if (size <= most_in_octal) return put_octal(block, size_part, size);
    block[size_part.offset] = 0x80;
    for (std::size_t i = 0; i < sizeof size; ++i)
        block[size_part.offset + size_part.size - 1 - i] = static_cast<std::uint8_t>(size >> (8 * i));
}

// The sum of all bytes, those of the sum itself counted as spaces.
void put_sum(Block& block) {
    put(block, sum_part, "        ");
    std::uint64_t sum = 0;
    for (auto const byte : block) sum += byte;
    put(block, sum_part, fmt::format("{:06o}", sum));
    block[sum_part.offset + 6] = 0;
}

Block header(std::string_view name, std::uint64_t size, std::uint64_t seconds) {
    Block block{};
    put(block, name_part, name);
    put_octal(block, mode_part, 0600);
    put_octal(block, owner_part, 0);
    put_octal(block, group_part, 0);
    put_size(block, size);
    put_octal(block, time_part, seconds);
    put(block, type_part, "0");
    put(block, magic_part, std::string_view{"ustar\00000", 8});
    put_sum(block);
    return block;
}

std::uint64_t octal(Block const& block, Part part) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i + 1 < part.size; ++i) {
        auto const c = block[part.offset + i];
        if (c < '0' || c > '7') throw TarError("it is not an archive of `securestack backup`");
        value = value * 8 + (c - '0');
    }
    return value;
}

std::uint64_t size_in(Block const& block) {
    if (block[size_part.offset] != 0x80) return octal(block, size_part);
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < sizeof size; ++i)
        size = size << 8 | block[size_part.offset + size_part.size - sizeof size + i];
    return size;
}

std::size_t padding(std::uint64_t size) {
    return static_cast<std::size_t>((block_size - size % block_size) % block_size);
}

bool is_zero(Block const& block) {
    return std::ranges::all_of(block, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

void TarWriter::begin(std::string_view name, std::uint64_t size) {
    auto const seconds = std::chrono::floor<std::chrono::seconds>(time_.time_since_epoch()).count();
    out_.write(header(name, size, static_cast<std::uint64_t>(std::max<std::int64_t>(0, seconds))));
    left_ = size;
    written_ = size;
    if (left_ == 0) pad();
}

void TarWriter::write(ByteView bytes) {
    if (bytes.size() > left_) throw std::logic_error("more is written than the file's size");
    out_.write(bytes);
    left_ -= bytes.size();
    if (left_ == 0 && !bytes.empty()) pad();
}

void TarWriter::add(std::string_view name, std::string_view content) {
    begin(name, content.size());
    write(bytes_of(content));
}

void TarWriter::pad() {
    Block const zeros{};
    out_.write(ByteView{zeros}.first(padding(written_)));
}

void TarWriter::finish() {
    if (left_ != 0) throw std::logic_error("less is written than the file's size");
    Block const zeros{};
    out_.write(zeros);
    out_.write(zeros);
}

std::optional<TarEntry> TarReader::next() {
    if (left_ != 0) throw std::logic_error("the file before has not been read whole");
    require_zeros(padding(size_));
    Block block{};
    if (in_.read(block) != block_size) throw TarError("it is cut off");
    if (is_zero(block)) {
        require_end();
        return std::nullopt;
    }
    auto const* text = reinterpret_cast<char const*>(block.data());
    TarEntry entry{std::string{text, strnlen(text, name_part.size)}, size_in(block)};
    // What this program writes, byte by byte: no name that leads elsewhere, no link, no other owner.
    if (block != header(entry.name, entry.size, octal(block, time_part)))
        throw TarError("it is not an archive of `securestack backup`, or is damaged");
    left_ = size_ = entry.size;
    return entry;
}

std::size_t TarReader::read(std::span<std::uint8_t> into) {
    auto const wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
    auto const count = in_.read(into.first(wanted));
    if (count != wanted) throw TarError("it is cut off");
    left_ -= count;
    return count;
}

std::string TarReader::read_all(std::size_t most) {
    if (left_ > most) throw TarError("it is damaged: a file in it is too large");
    std::string content(static_cast<std::size_t>(left_), '\0');
    read({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
    return content;
}

void TarReader::require_zeros(std::size_t count) {
    Block block{};
    if (in_.read(std::span{block}.first(count)) != count) throw TarError("it is cut off");
    if (!is_zero(block)) throw TarError("it is damaged");
}

void TarReader::require_end() {
    require_zeros(block_size);
    std::uint8_t more = 0;
    if (in_.read({&more, 1}) != 0) throw TarError("it is damaged: something stands behind its end");
}

}  // namespace securestack
