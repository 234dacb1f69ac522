// Tar archives of a few plain files, as POSIX ustar has them; a file of 8 GiB or more has its size as GNU tar
// writes it. Written and read from front to back, so that standard input and output will do. Every byte that
// is read must be as this writer writes it: one that was changed is found, or is in a file's content, which
// the caller's sums are for.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/encoding.hpp"
#include "core/file.hpp"
#include "core/time.hpp"

namespace securestack {

// The archive is cut off, or is not one that TarWriter writes.
class TarError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Throws FileError.
class TarWriter {
  public:
    // `out` must outlive it; `time` is every file's, and its mode is 0600.
    TarWriter(File& out, Time time) : out_(out), time_(time) {}

    void begin(std::string_view name, std::uint64_t size);  // then exactly `size` bytes
    void write(ByteView bytes);
    void add(std::string_view name, std::string_view content);
    void finish();

  private:
    void pad();

    File& out_;
    Time const time_;
    std::uint64_t left_ = 0;
    std::uint64_t written_ = 0;  // of the current file
};

struct TarEntry {
    std::string name;
    std::uint64_t size = 0;
};

// Throws FileError and TarError.
class TarReader {
  public:
    explicit TarReader(File& in) : in_(in) {}

    // The next file, once the one before it has been read whole; nullopt at the archive's end, which is the
    // file's.
    std::optional<TarEntry> next();
    // Some of its bytes; 0 at its end.
    std::size_t read(std::span<std::uint8_t> into);
    // All of them. TarError when there are more than `most`.
    std::string read_all(std::size_t most);

  private:
    void require_zeros(std::size_t count);
    void require_end();

    File& in_;
    std::uint64_t left_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace securestack
