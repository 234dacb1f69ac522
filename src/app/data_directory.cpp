#include "app/data_directory.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace securestack {
namespace {

std::string reason(int error) {
    return std::generic_category().message(error);
}

std::string holder_of(int file) {
    std::array<char, 16> text{};
    auto const length = pread(file, text.data(), text.size(), 0);
    return length > 0 ? " (process " + std::string(text.data(), static_cast<std::size_t>(length)) + ")" : "";
}

}  // namespace

void make_data_directory(std::filesystem::path const& directory) {
    std::error_code error;
    if (std::filesystem::is_directory(directory, error)) return;
    std::filesystem::create_directories(directory, error);
    if (!error) {
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
    }
    if (error) {
        throw StartError(
            fmt::format("the data directory {} cannot be made: {}. Name another with --data-dir or "
                        "SECURESTACK_DATA_DIR, or make it and give it to this user.",
                        directory.string(), error.message()));
    }
}

ServerLock::ServerLock(std::filesystem::path const& data_dir) {
    auto const path = data_dir / "securestack.lock";
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) {
        throw StartError(fmt::format("{} cannot be opened: {}", path.string(), reason(errno)));
    }
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
        auto const busy = errno == EWOULDBLOCK;
        auto const why = busy ? fmt::format(
                                    "another server{} uses the data directory {}. Stop it first, or serve "
                                    "another directory with --data-dir.",
                                    holder_of(file_), data_dir.string())
                              : fmt::format("{} cannot be locked: {}", path.string(), reason(errno));
        close(file_);
        throw StartError(why);
    }
    auto const pid = std::to_string(getpid());
    // For the message above only; the lock itself does not need it.
    if (ftruncate(file_, 0) == 0) static_cast<void>(!pwrite(file_, pid.data(), pid.size(), 0));
}

ServerLock::~ServerLock() {
    close(file_);
}

}  // namespace securestack
