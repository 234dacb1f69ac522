#include "http/tls.hpp"

#include <array>
#include <cstdint>
#include <fcntl.h>
#include <stdexcept>
#include <string>

#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "core/file.hpp"

namespace securestack {
namespace {

constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// RFC 7301 §3.2: a client that asks only for what we do not speak is refused.
int select_protocol(SSL*, unsigned char const** out, unsigned char* out_size, unsigned char const* in,
                    unsigned int in_size, void*) {
    unsigned char* chosen = nullptr;
    int const outcome =
        SSL_select_next_proto(&chosen, out_size, http_1_1.data(), http_1_1.size(), in, in_size);
    *out = chosen;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// `no_pem`: what a file that is no PEM at all does not hold.
[[noreturn]] void fail(std::string const& what, std::string const& no_pem = {}) {
    auto const code = ERR_peek_last_error();
    ERR_clear_error();
    if (!no_pem.empty() && ERR_GET_REASON(code) == ERR_R_PEM_LIB)
        throw std::runtime_error(what + ": " + no_pem);
    char const* reason = ERR_reason_error_string(code);
    throw std::runtime_error(what + (reason != nullptr ? ": " + std::string{reason} : std::string{}));
}

// OpenSSL says "system lib" of a file that is not there.
void require_readable(std::string const& what, std::string const& file) {
    try {
        std::array<std::uint8_t, 1> first{};
        if (File{file, O_RDONLY}.read(first) == 1) return;
    } catch (FileError const& error) {
        throw std::runtime_error(what + " " + error.what());
    }
    throw std::runtime_error(what + " " + file + " is empty");
}

}  // namespace

bool speaks_plain_http(boost::system::error_code const& error) {
    return error.category() == boost::asio::error::get_ssl_category() &&
           ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

std::shared_ptr<TlsContext> make_tls_context(TlsFiles const& files) {
    auto context = std::make_shared<TlsContext>(TlsContext::tls_server);
    SSL_CTX* const handle = context->native_handle();
    ERR_clear_error();
    SSL_CTX_set_min_proto_version(handle, TLS1_3_VERSION);
    SSL_CTX_set_alpn_select_cb(handle, select_protocol, nullptr);
    SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);
    // The key is protected by its file's mode; a password prompt would block the start.
    SSL_CTX_set_default_passwd_cb(handle, [](char*, int, int, void*) { return 0; });
    require_readable("the TLS certificate", files.certificate);
    require_readable("the TLS key", files.key);
    if (SSL_CTX_use_certificate_chain_file(handle, files.certificate.c_str()) != 1) {
        fail("the TLS certificate " + files.certificate + " cannot be used", "it holds no PEM certificate");
    }
    if (SSL_CTX_use_PrivateKey_file(handle, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
        fail("the TLS key " + files.key + " cannot be used", "it holds no PEM key without a passphrase");
    }
    if (SSL_CTX_check_private_key(handle) != 1) {
        fail("the TLS key " + files.key + " does not belong to the certificate " + files.certificate);
    }
    return context;
}

void require_usable(TlsFiles const& files) {
    (void)make_tls_context(files);
}

}  // namespace securestack
