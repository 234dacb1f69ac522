// The chunked transfer coding of a request body (RFC 9112 §7.1), decoded strictly and piecewise. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace securestack {

class ChunkedDecoder {
  public:
    // `limit` bounds the decoded body.
    explicit ChunkedDecoder(std::size_t limit) : limit_(limit) {}

    // Takes what it can of `in`, appends data to `body` and returns how many bytes it took: all, or up to the
    // end of the body. `malformed`, or `content_too_large` as soon as a chunk's size says so. Chunk
    // extensions are skipped (4 KiB in all), trailer fields are refused.
    Result<std::size_t> feed(std::string_view in, std::string& body);
    bool done() const { return state_ == State::done; }

  private:
    enum class State : std::uint8_t {
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        last_cr,
        last_lf,
        done
    };

    Result<void> step(char c);
    Result<void> size_digit(char c);
    Result<void> end_of_size(std::size_t received);

    std::size_t const limit_;
    std::size_t received_ = 0;
    std::uint64_t size_ = 0;
    int digits_ = 0;
    std::size_t extension_bytes_ = 0;
    State state_ = State::size;
};

}  // namespace securestack
