// Bytes that come a piece after the other and are too many to hold: a file without a name, read back as if it
// were memory.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/file.hpp"

namespace securestack {

// Filled by one thread; once sealed, read by any. What is in it goes with the object, however the process
// ends.
class Spool {
  public:
    // Makes the file in `directory`. Throws FileError, as do the other functions that write.
    explicit Spool(std::filesystem::path const& directory);
    ~Spool();
    Spool(Spool const&) = delete;
    Spool& operator=(Spool const&) = delete;

    void append(std::string_view piece);
    void seal();  // nothing is appended any more

    std::size_t size() const { return size_; }
    // All of it, once it is sealed; valid as long as this is.
    std::string_view view() const {
        return {static_cast<char const*>(mapping_), mapping_ == nullptr ? 0 : size_};
    }
    // What was read of the view need not stay in memory: it is fetched again when it is looked at.
    void let_go() const;

  private:
    File file_;
    std::size_t size_ = 0;
    void* mapping_ = nullptr;
};

}  // namespace securestack
