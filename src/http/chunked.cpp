#include "http/chunked.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace securestack {
namespace {

constexpr int max_size_digits = 8;
constexpr std::size_t max_extension_bytes = 4 * 1024;

Problem malformed(char const* detail) {
    return {ErrorCode::malformed, detail};
}

}  // namespace

Result<std::size_t> ChunkedDecoder::feed(std::string_view in, std::string& body) {
    std::size_t taken = 0;
    while (taken < in.size() && state_ != State::done) {
        if (state_ == State::data) {
            auto const piece = in.substr(taken, static_cast<std::size_t>(size_));
            body.append(piece);
            taken += piece.size();
            received_ += piece.size();
            size_ -= piece.size();
            if (size_ == 0) state_ = State::data_cr;
            continue;
        }
        if (auto stepped = step(in[taken]); !stepped) return stepped.error();
        ++taken;
    }
    return taken;
}

Result<void> ChunkedDecoder::step(char c) {
    switch (state_) {
        case State::size:
            return size_digit(c);
        case State::extension: {
            if (c == '\r') {
                state_ = State::size_lf;
                return {};
            }
            auto const byte = static_cast<unsigned char>(c);
            if ((byte < 0x20 && c != '\t') || byte >= 0x7f)
                return malformed("A chunk extension holds a forbidden byte.");
            if (++extension_bytes_ > max_extension_bytes)
                return malformed("The chunk extensions are too long.");
            return {};
        }
        case State::size_lf:
            return c == '\n' ? end_of_size(received_) : malformed("A chunk size must end in CR LF.");
        case State::data_cr:
            if (c != '\r') return malformed("A chunk must end in CR LF.");
            state_ = State::data_lf;
            return {};
        case State::data_lf:
            if (c != '\n') return malformed("A chunk must end in CR LF.");
            state_ = State::size;
            return {};
        case State::last_cr:
            if (c != '\r') return malformed("Trailer fields are not accepted.");
            state_ = State::last_lf;
            return {};
        case State::last_lf:
            if (c != '\n') return malformed("The last chunk must be followed by CR LF.");
            state_ = State::done;
            return {};
        case State::data:
        case State::done:
            break;
    }
    return malformed("Bytes follow the body.");
}

Result<void> ChunkedDecoder::size_digit(char c) {
    if (int const digit = ascii::hex_digit(c); digit >= 0) {
        if (++digits_ > max_size_digits) return malformed("A chunk size may have 8 hex digits.");
        size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
        return {};
    }
    if (digits_ == 0 || (c != '\r' && c != ';'))
        return malformed("A chunk must begin with its size in hex digits.");
    state_ = c == ';' ? State::extension : State::size_lf;
    return {};
}

Result<void> ChunkedDecoder::end_of_size(std::size_t received) {
    if (size_ > limit_ - std::min(limit_, received)) {
        return Problem{ErrorCode::content_too_large,
                       "The body may have " + std::to_string(limit_) + " bytes."};
    }
    digits_ = 0;
    state_ = size_ == 0 ? State::last_cr : State::data;
    return {};
}

}  // namespace securestack
