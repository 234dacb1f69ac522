#include "core/secret.hpp"

#include <cstdlib>

#include <sodium.h>

namespace securestack {
namespace {

// Before main(), so that every later call finds libsodium's fastest implementations chosen.
[[maybe_unused]] bool const sodium_started = [] {
    if (sodium_init() < 0) std::abort();  // no random source: nothing here may run
    return true;
}();

void wipe_text(std::string& text) noexcept {
    text.resize(text.capacity());  // what an earlier, longer value left behind counts too
    wipe(text.data(), text.size());
    text.clear();
}

}  // namespace

// A short string keeps its characters in place when it is moved from.
Secret::Secret(std::string value) noexcept : value_(std::move(value)) {
    wipe_text(value);
}

Secret::Secret(Secret&& other) noexcept : value_(std::move(other.value_)) {
    wipe_text(other.value_);
}

Secret& Secret::operator=(Secret const& other) {
    if (this != &other) {
        wipe_text(value_);
        value_ = other.value_;
    }
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe_text(value_);
        value_ = std::move(other.value_);
        wipe_text(other.value_);
    }
    return *this;
}

Secret::~Secret() {
    wipe_text(value_);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(void* data, std::size_t size) {
    sodium_memzero(data, size);
}

void fill_random(std::span<std::uint8_t> out) {
    randombytes_buf(out.data(), out.size());
}

Bytes random_bytes(std::size_t count) {
    Bytes out(count);
    fill_random(out);
    return out;
}

}  // namespace securestack
