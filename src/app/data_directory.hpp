// The files of an installation on this machine.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "app/settings.hpp"

namespace securestack {

// The program cannot start; the message says why and what to do. Exit code 1.
class StartError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Makes the data directory (mode 0700) when it does not exist. Throws StartError.
void make_data_directory(std::filesystem::path const& directory);

// Where the database is, as it may be shown: the file, or the URL without its password.
std::string database_place(Settings const& settings);
std::string no_database(Settings const& settings);

// For commands that must not make one. A database on a server is there, or opening it says so. Throws
// StartError.
void require_database(Settings const& settings);

// To the person at the command line, on standard error: it may not be the place that was meant.
void tell_of_new_database(Settings const& settings);

// Keeps a second server off the same SQLite file for as long as it lives; commands that work beside a server
// do not take it. The system lets go of it however the process ends.
class ServerLock {
  public:
    // Throws StartError that names the process which holds it.
    explicit ServerLock(std::filesystem::path const& data_dir);
    ~ServerLock();
    ServerLock(ServerLock const&) = delete;
    ServerLock& operator=(ServerLock const&) = delete;

  private:
    int file_ = -1;
};

}  // namespace securestack
