#include "http/tls.hpp"

#include <array>
#include <stdexcept>
#include <string>

#include <openssl/err.h>
#include <openssl/ssl.h>

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

[[noreturn]] void fail(std::string const& what) {
    auto const code = ERR_peek_last_error();
    ERR_clear_error();
    char const* reason = ERR_reason_error_string(code);
    throw std::runtime_error(what + (reason != nullptr ? ": " + std::string{reason} : std::string{}));
}

}  // namespace

std::shared_ptr<TlsContext> make_tls_context(TlsFiles const& files) {
    auto context = std::make_shared<TlsContext>(TlsContext::tls_server);
    SSL_CTX* const handle = context->native_handle();
    ERR_clear_error();
    SSL_CTX_set_min_proto_version(handle, TLS1_3_VERSION);
    SSL_CTX_set_alpn_select_cb(handle, select_protocol, nullptr);
    SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);
    // The key is protected by its file's mode; a password prompt would block the start.
    SSL_CTX_set_default_passwd_cb(handle, [](char*, int, int, void*) { return 0; });
    if (SSL_CTX_use_certificate_chain_file(handle, files.certificate.c_str()) != 1) {
        fail("the TLS certificate " + files.certificate + " cannot be used");
    }
    if (SSL_CTX_use_PrivateKey_file(handle, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
        fail("the TLS key " + files.key + " cannot be used");
    }
    if (SSL_CTX_check_private_key(handle) != 1) {
        fail("the TLS key " + files.key + " does not belong to the certificate " + files.certificate);
    }
    return context;
}

}  // namespace securestack
