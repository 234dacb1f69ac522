#include "crypto/master_key.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <sodium.h>

#include "crypto/digest.hpp"

namespace securestack {
namespace {

constexpr std::uint8_t format_version = 1;  // version | nonce | ciphertext and tag
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t header_size = 1 + nonce_size;

class File {
  public:
    File(std::filesystem::path const& path, int flags, mode_t mode = 0)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(File const&) = delete;
    File& operator=(File const&) = delete;

    explicit operator bool() const { return descriptor_ >= 0; }
    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

Problem problem(std::filesystem::path const& file, std::string_view what) {
    return {ErrorCode::internal, "master key file " + file.string() + ": " + std::string(what)};
}

Problem system_problem(std::filesystem::path const& file, std::string_view doing, int error) {
    return problem(file, std::string(doing) + ": " + std::generic_category().message(error));
}

// One more than a key, so that a longer file is noticed.
Result<Secret> read_key(int descriptor, std::filesystem::path const& file) {
    std::string bytes(MasterKey::size + 1, '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        auto const count = ::read(descriptor, bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_problem(file, "cannot be read", errno);
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    Secret key(std::move(bytes));
    if (filled != MasterKey::size)
        return problem(file,
                       "must hold exactly 32 random bytes; restore it from a backup (what was sealed with it "
                       "is lost without it), or make a new one with: head -c 32 /dev/urandom");
    return key;
}

bool write_whole(int descriptor, ByteView bytes) {
    while (!bytes.empty()) {
        auto const count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return ::fsync(descriptor) == 0;
}

// The name appears with its whole content or not at all: the key is written beside it and then linked, which
// fails when another program was faster; its key is as good.
std::optional<Problem> create_key(std::filesystem::path const& file) {
    auto draft = file;
    draft += "." + to_hex(random_bytes(8)) + ".new";
    auto key = random_bytes(MasterKey::size);
    int error = 0;
    {
        File const out(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR);
        if (!out || !write_whole(out.get(), key)) error = errno;
    }
    wipe(key.data(), key.size());
    if (error == 0 && ::link(draft.c_str(), file.c_str()) != 0 && errno != EEXIST) error = errno;
    ::unlink(draft.c_str());
    if (error == 0) {
        auto const folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
        File const directory(folder, O_RDONLY | O_DIRECTORY);
        if (!directory || ::fsync(directory.get()) != 0) error = errno;
    }
    if (error != 0) return system_problem(file, "cannot be made", error);
    return std::nullopt;
}

}  // namespace

MasterKey::MasterKey(Secret bytes) : bytes_(std::move(bytes)) {
    if (bytes_.reveal().size() != size) throw std::invalid_argument("a master key has 32 bytes");
    sealing_key_ = Secret(std::string(text_of(derive("seal"))));
}

Result<MasterKey> MasterKey::load(std::filesystem::path const& file) {
    File const in(file, O_RDONLY);
    if (!in) return system_problem(file, "cannot be opened", errno);
    struct stat status {};
    if (::fstat(in.get(), &status) != 0) return system_problem(file, "cannot be examined", errno);
    if (!S_ISREG(status.st_mode)) return problem(file, "is not a regular file");
    if ((status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0)
        return problem(file, "can be used by others; make it private with: chmod 600 " + file.string());
    auto key = read_key(in.get(), file);
    if (!key) return key.error();
    return MasterKey(std::move(*key));
}

Result<MasterKey> MasterKey::load_or_create(std::filesystem::path const& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        if (auto failed = create_key(file)) return *failed;
    return load(file);
}

Bytes MasterKey::derive(std::string_view purpose) const {
    return hkdf_sha256(bytes_of(bytes_.reveal()), bytes_of("securestack.master.v1"), purpose, size);
}

Bytes MasterKey::seal(ByteView plain, std::string_view context) const {
    Bytes out(header_size + plain.size() + tag_size);
    out[0] = format_version;
    auto const nonce = std::span(out).subspan(1, nonce_size);
    fill_random(nonce);
    auto const ad = bytes_of(context);
    auto const key = bytes_of(sealing_key_.reveal());
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + header_size, nullptr, plain.data(), plain.size(),
                                               ad.data(), ad.size(), nullptr, nonce.data(), key.data());
    return out;
}

std::optional<Bytes> MasterKey::open(ByteView sealed, std::string_view context) const {
    if (sealed.size() < header_size + tag_size || sealed[0] != format_version) return std::nullopt;
    Bytes plain(sealed.size() - header_size - tag_size);
    auto const nonce = sealed.subspan(1, nonce_size);
    auto const body = sealed.subspan(header_size);
    auto const ad = bytes_of(context);
    auto const key = bytes_of(sealing_key_.reveal());
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, body.data(), body.size(),
                                                   ad.data(), ad.size(), nonce.data(), key.data()) != 0)
        return std::nullopt;
    return plain;
}

}  // namespace securestack
