#include "app/data_directory.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <iostream>
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

std::string database_place(Settings const& settings) {
    auto const& url = settings.database.reveal();
    return settings.on_sqlite() ? url.substr(std::string_view{"sqlite:"}.size()) : mask_database(url);
}

std::string no_database(Settings const& settings) {
    auto const names_another = settings.on_sqlite() ? "--data-dir or SECURESTACK_DATA_DIR names another"
                                                    : "`securestack migrate` makes its tables";
    return fmt::format("there is no database at {}; {}", database_place(settings), names_another);
}

void require_database(Settings const& settings) {
    if (!settings.on_sqlite()) return;
    std::error_code error;
    if (std::filesystem::exists(database_place(settings), error)) return;
    if (!error) throw StartError(no_database(settings));
    throw StartError(
        fmt::format("the database at {} cannot be reached: {}. Run this as the user that serves it.",
                    database_place(settings), error.message()));
}

void tell_of_new_database(Settings const& settings) {
    std::cerr << fmt::format("securestack: made a new database at {}\n", database_place(settings));
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
