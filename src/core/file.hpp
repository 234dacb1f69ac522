// Files of this machine, for those who must know that what they wrote is on the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace securestack {

// A call of the system failed: the message names the file and says why.
class FileError : public std::runtime_error {
  public:
    FileError(std::filesystem::path const& file, std::string_view doing, int error);

    int code() const { return code_; }  // errno

  private:
    int code_;
};

// An open file. All but the destructor throw FileError.
class File {
  public:
    File(std::filesystem::path path, int flags, unsigned mode = 0600);
    // Takes a descriptor that is open already, standard output for one, and leaves it open.
    static File borrowed(int descriptor, std::filesystem::path name);
    ~File();
    File(File&& other) noexcept;
    File(File const&) = delete;
    File& operator=(File const&) = delete;

    // As many bytes as there are, up to the span's; 0 at the end.
    std::size_t read(std::span<std::uint8_t> into);
    void write(std::span<std::uint8_t const> bytes);
    void write(std::string_view text);
    void sync();  // returns when the disk has it

    int descriptor() const { return descriptor_; }
    std::filesystem::path const& path() const { return path_; }

  private:
    File(int descriptor, std::filesystem::path name, bool owned);

    std::filesystem::path path_;
    int descriptor_ = -1;
    bool owned_ = true;
};

// Returns when the names in `directory` are on the disk.
void sync_directory(std::filesystem::path const& directory);

// A file, mode 0600, that appears under its name whole or not at all: until `publish` it has another one in
// the same directory, and goes with the object. A process that is killed leaves that behind:
// ".NAME.RANDOM.part".
class PendingFile {
  public:
    explicit PendingFile(std::filesystem::path target);
    ~PendingFile();
    PendingFile(PendingFile const&) = delete;
    PendingFile& operator=(PendingFile const&) = delete;

    std::filesystem::path const& path() const { return file_.path(); }  // until then
    std::filesystem::path const& target() const { return target_; }
    File& file() { return file_; }

    enum class Existing { keep, replace };
    // Throws FileError, with EEXIST when there is such a file and it is to be kept.
    void publish(Existing existing);

  private:
    std::filesystem::path const target_;
    File file_;
    bool published_ = false;
};

// The directory that a file of this path is in.
std::filesystem::path directory_of(std::filesystem::path const& file);

}  // namespace securestack
