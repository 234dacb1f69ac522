// TLS as the server's own edge: 1.3 only, and a certificate that changes under way.
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "http/server.hpp"
#include "support/raw_client.hpp"

namespace securestack {
namespace {

using ::testing::HasSubstr;

using test::RawClient;

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using File = std::unique_ptr<std::FILE, Deleter<std::fclose>>;
using Ssl = std::unique_ptr<SSL, Deleter<SSL_free>>;
using SslContext = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;

Key write_certificate(TlsFiles const& files, std::string const& name) {
    Key key{EVP_EC_gen("P-256")};
    Certificate certificate{X509_new()};
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    auto* const subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    File const chain{std::fopen(files.certificate.c_str(), "w")};
    PEM_write_X509(chain.get(), certificate.get());
    File const secret{std::fopen(files.key.c_str(), "w")};
    PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return key;
}

class TlsClient {
  public:
    TlsClient(std::uint16_t port, int version, std::string const& protocol = {}) : raw_(port) {
        SSL_CTX_set_min_proto_version(context_.get(), version);
        SSL_CTX_set_max_proto_version(context_.get(), version);
        ssl_.reset(SSL_new(context_.get()));
        if (!protocol.empty()) {
            auto const wire = static_cast<char>(protocol.size()) + protocol;
            SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<unsigned char const*>(wire.data()),
                                static_cast<unsigned>(wire.size()));
        }
        SSL_set_fd(ssl_.get(), raw_.descriptor());
        connected_ = SSL_connect(ssl_.get()) == 1;
        ERR_clear_error();
    }

    bool connected() const { return connected_; }
    std::string version() const { return SSL_get_version(ssl_.get()); }
    std::string protocol() const {
        unsigned char const* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &size);
        return name == nullptr ? std::string{} : std::string{reinterpret_cast<char const*>(name), size};
    }
    std::string certificate_name() const {
        Certificate const certificate{SSL_get1_peer_certificate(ssl_.get())};
        char name[64] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                                  sizeof name);
        return name;
    }
    // Sends and reads to the end of the connection.
    std::string exchange(std::string const& bytes) {
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
        std::string all;
        char some[4096];
        for (int count = 0; (count = SSL_read(ssl_.get(), some, sizeof some)) > 0;) {
            all.append(some, static_cast<std::size_t>(count));
        }
        ended_cleanly_ = (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
        return all;
    }
    bool ended_cleanly() const { return ended_cleanly_; }
    // Sends, and reads up to and with `mark`.
    std::string exchange_until(std::string const& bytes, std::string_view mark) {
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
        std::string all;
        for (char c = 0; !all.ends_with(mark) && SSL_read(ssl_.get(), &c, 1) == 1;) all += c;
        return all;
    }
    void say_goodbye() { SSL_shutdown(ssl_.get()); }

  private:
    RawClient raw_;
    SslContext context_{SSL_CTX_new(TLS_client_method())};
    Ssl ssl_;
    bool connected_ = false;
    bool ended_cleanly_ = false;
};

class TlsTest : public testing::Test {
  protected:
    TlsTest() {
        std::filesystem::create_directories(folder);
        write_certificate(files, "first");
    }
    ~TlsTest() override {
        server.reset();
        std::filesystem::remove_all(folder);
    }

    std::string why_not_started() {
        try {
            start();
        } catch (std::runtime_error const& error) {
            return error.what();
        }
        return "it started";
    }

    void start() {
        ServerOptions options{.port = 0, .tls = files, .drain_grace = std::chrono::milliseconds{50}};
        RequestHandler handler{
            [](Method, std::string_view) { return std::size_t{1 << 20}; },
            [this](std::shared_ptr<Request> const& request, RequestHandler::Done done) {
                if (request->path == "/resting") return done(resting_stream());
                done(text_response(200, "text/plain", request->body + (request->secure ? "safe" : "")));
            }};
        server = std::make_unique<HttpServer>(options, std::move(handler), *database, ids, clock, *log);
        server->start();
    }

    // A piece, then nothing new for a while, then the last piece; or never, unless it `ends`.
    Response resting_stream() {
        Response response = text_response(200, "text/plain", "");
        auto const asked = std::make_shared<int>(0);
        response.stream = std::make_shared<BodyStream>([this, asked, kept = resting](Tx&, std::string& out) {
            auto const time = (*asked)++;
            if (time == 0) out = "first";
            if (time < 2 || !ends) return true;
            out = "last";
            return false;
        });
        return response;
    }

    bool ends = true;
    std::shared_ptr<int> resting = std::make_shared<int>();  // the stream of /resting holds it, too
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("securestack-tls-" + std::to_string(::getpid()));
    TlsFiles files{folder / "certificate.pem", folder / "key.pem"};
    std::unique_ptr<Log> log = make_null_log();
    SystemClock clock;
    IdSource ids;
    std::unique_ptr<Database> database = open_database(Secret{"sqlite::memory:"}, {}, *log);
    std::unique_ptr<HttpServer> server;
};

std::string const get_and_close = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_F(TlsTest, SpeaksTls13WithHstsAndEndsCleanly) {
    start();

    TlsClient client{server->port(), TLS1_3_VERSION, "http/1.1"};
    ASSERT_TRUE(client.connected());
    auto const answer = client.exchange(get_and_close);

    EXPECT_EQ(client.version(), "TLSv1.3");
    EXPECT_EQ(client.protocol(), "http/1.1");
    EXPECT_NE(answer.find("Strict-Transport-Security: max-age=31536000\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\nsafe")) << answer;
    EXPECT_TRUE(client.ended_cleanly());
}

TEST_F(TlsTest, RefusesTls12) {
    start();

    TlsClient const client{server->port(), TLS1_2_VERSION};

    EXPECT_FALSE(client.connected());
}

TEST_F(TlsTest, RefusesAClientThatSpeaksOnlyHttp2) {
    start();

    TlsClient const client{server->port(), TLS1_3_VERSION, "h2"};

    EXPECT_FALSE(client.connected());
}

TEST_F(TlsTest, CarriesLargeBodiesBothWays) {
    start();
    TlsClient client{server->port(), TLS1_3_VERSION};
    std::string const body(600'000, 'b');

    auto const answer = client.exchange(
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 600000\r\n\r\n" + body);

    EXPECT_TRUE(answer.ends_with(body + "safe"));
}

TEST_F(TlsTest, AStreamThatRestsGoesOnAndSoDoesItsConnection) {
    start();
    TlsClient client{server->port(), TLS1_3_VERSION};

    auto const stream = client.exchange_until("GET /resting HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n0\r\n\r\n");
    auto const next = client.exchange(get_and_close);

    EXPECT_TRUE(stream.ends_with("5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n")) << stream;
    EXPECT_TRUE(next.ends_with("safe"));
}

TEST_F(TlsTest, AStreamWhoseClientHasGoneIsLetGoWhileItRests) {
    ends = false;
    start();
    for (bool const politely : {true, false}) {
        {
            TlsClient client{server->port(), TLS1_3_VERSION};
            client.exchange_until("GET /resting HTTP/1.1\r\nHost: a\r\n\r\n", "first");
            EXPECT_EQ(resting.use_count(), 2);
            if (politely) client.say_goodbye();
        }
        for (int i = 0; i < 100 && resting.use_count() > 1; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        EXPECT_EQ(resting.use_count(), 1) << politely;
    }
}

TEST_F(TlsTest, PlainHttpOnATlsPortIsToldSoAndNothingElse) {
    start();
    RawClient client{server->port()};

    client.send(get_and_close);
    auto const answer = client.rest();

    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("https://"));
    EXPECT_EQ(answer.find("Strict-Transport-Security"), std::string::npos);
    EXPECT_FALSE(answer.ends_with("safe"));
}

TEST_F(TlsTest, WhatIsNeitherTlsNorHttpOnATlsPortIsClosed) {
    start();
    RawClient client{server->port()};

    client.send("SSH-2.0-OpenSSH_9.2\r\n");

    EXPECT_EQ(client.rest().find("HTTP/1.1"), std::string::npos);
}

TEST_F(TlsTest, ANewCertificateServesNewConnections) {
    start();
    TlsClient const before{server->port(), TLS1_3_VERSION};

    write_certificate(files, "second");
    server->reload_certificate();
    TlsClient const after{server->port(), TLS1_3_VERSION};

    EXPECT_EQ(before.certificate_name(), "first");
    EXPECT_EQ(after.certificate_name(), "second");
}

TEST_F(TlsTest, AnUnusableCertificateChangesNothing) {
    start();

    std::ofstream{files.certificate} << "not a certificate";

    EXPECT_THROW(server->reload_certificate(), std::runtime_error);
    TlsClient const after{server->port(), TLS1_3_VERSION};
    EXPECT_EQ(after.certificate_name(), "first");
}

TEST_F(TlsTest, AKeyOfAnotherCertificateIsNamed) {
    TlsFiles const other{folder / "other.pem", folder / "other.key"};
    write_certificate(other, "other");
    files.key = other.key;

    EXPECT_THAT(why_not_started(), HasSubstr("other.key"));
}

TEST_F(TlsTest, WhyAFileCannotBeUsedIsSaidInWords) {
    auto const usable = files;
    files.certificate = folder / "missing.pem";
    EXPECT_THAT(why_not_started(), HasSubstr("missing.pem cannot be opened: No such file"));

    files.certificate = usable.key;
    EXPECT_THAT(why_not_started(), HasSubstr("it holds no PEM certificate"));

    files = {usable.certificate, usable.certificate};
    EXPECT_THAT(why_not_started(), HasSubstr("it holds no PEM key"));

    std::ofstream{files.certificate = files.key = folder / "empty"};
    EXPECT_THAT(why_not_started(), HasSubstr("empty is empty"));
}

}  // namespace
}  // namespace securestack
