#include "core/file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "core/encoding.hpp"
#include "core/secret.hpp"

namespace securestack {
namespace {

std::filesystem::path draft_of(std::filesystem::path const& target) {
    auto const name = "." + target.filename().string() + "." + to_hex(random_bytes(6)) + ".part";
    return directory_of(target) / name;
}

// Who asked for `target` does not know the name that it has until it is done.
File make_draft(std::filesystem::path const& target) {
    try {
        return {draft_of(target), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR};
    } catch (FileError const& error) {
        throw FileError(target, "cannot be made", error.code());
    }
}

// File systems that cannot keep an existing file by themselves are asked before.
int rename_to_free_name(std::filesystem::path const& from, std::filesystem::path const& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (::access(to.c_str(), F_OK) == 0) return EEXIST;
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

FileError::FileError(std::filesystem::path const& file, std::string_view doing, int error)
    : std::runtime_error(file.string() + " " + std::string{doing} + ": " +
                         std::generic_category().message(error)),
      code_(error) {}

File::File(std::filesystem::path path, int flags, unsigned mode)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), flags | O_CLOEXEC, mode)) {
    if (descriptor_ < 0) throw FileError(path_, "cannot be opened", errno);
}

File::File(int descriptor, std::filesystem::path name, bool owned)
    : path_(std::move(name)), descriptor_(descriptor), owned_(owned) {}

File File::borrowed(int descriptor, std::filesystem::path name) {
    return {descriptor, std::move(name), false};
}

File::File(File&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      owned_(other.owned_) {}

File::~File() {
    if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

std::size_t File::read(std::span<std::uint8_t> into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        auto const count = ::read(descriptor_, into.data() + filled, into.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw FileError(path_, "cannot be read", errno);
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    return filled;
}

void File::write(std::span<std::uint8_t const> bytes) {
    while (!bytes.empty()) {
        auto const count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw FileError(path_, "cannot be written", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void File::write(std::string_view text) {
    write(bytes_of(text));
}

void File::sync() {
    // A pipe has no disk.
    if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS)
        throw FileError(path_, "cannot be written", errno);
}

std::filesystem::path directory_of(std::filesystem::path const& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}

void sync_directory(std::filesystem::path const& directory) {
    File(directory, O_RDONLY | O_DIRECTORY).sync();
}

PendingFile::PendingFile(std::filesystem::path target)
    : target_(std::move(target)), file_(make_draft(target_)) {}

PendingFile::~PendingFile() {
    if (!published_) ::unlink(file_.path().c_str());
}

void PendingFile::publish(Existing existing) {
    file_.sync();
    auto const error = existing == Existing::keep ? rename_to_free_name(file_.path(), target_)
                       : ::rename(file_.path().c_str(), target_.c_str()) == 0 ? 0
                                                                              : errno;
    if (error != 0) throw FileError(target_, "cannot be made", error);
    published_ = true;
    sync_directory(directory_of(target_));
}

}  // namespace securestack
