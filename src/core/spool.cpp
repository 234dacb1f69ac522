#include "core/spool.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/encoding.hpp"
#include "core/secret.hpp"

namespace securestack {
namespace {

File nameless_file(std::filesystem::path const& directory) {
    File file{directory / (".spool." + to_hex(random_bytes(6)) + ".part"),
              O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW};
    ::unlink(file.path().c_str());
    return file;
}

}  // namespace

Spool::Spool(std::filesystem::path const& directory) : file_(nameless_file(directory)) {}

Spool::~Spool() {
    if (mapping_ != nullptr) ::munmap(mapping_, size_);
}

void Spool::append(std::string_view piece) {
    file_.write(piece);
    size_ += piece.size();
}

void Spool::seal() {
    if (size_ == 0) return;
    auto* const mapping = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file_.descriptor(), 0);
    if (mapping == MAP_FAILED) throw FileError(file_.path(), "cannot be mapped", errno);
    mapping_ = mapping;
}

void Spool::let_go() const {
    if (mapping_ != nullptr) ::madvise(mapping_, size_, MADV_DONTNEED);
}

}  // namespace securestack
