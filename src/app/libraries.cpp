#include <array>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/version.hpp>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <openssl/crypto.h>
#include <sodium/version.h>
#include <sqlite3.h>

#include "app/build_info.hpp"

namespace securestack {
namespace {

// The versions that are linked now, where a library can tell.
auto libraries() {
    auto const pq = PQlibVersion();
    return std::to_array<std::pair<std::string_view, std::string>>(
        {{"boost", fmt::format("{}.{}", BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1'000)},
         {"libpq", fmt::format("{}.{}", pq / 10'000, pq % 10'000)},
         {"libsodium", sodium_version_string()},
         {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
         {"sqlite", sqlite3_libversion()}});
}

}  // namespace

std::string describe_build(bool json) {
    if (json) {
        boost::json::object used;
        for (auto const& [name, number] : libraries()) used[name] = number;
        boost::json::object const all{{"version", version()},
                                      {"revision", revision()},
                                      {"compiler", compiler()},
                                      {"libraries", std::move(used)}};
        return boost::json::serialize(all) + "\n";
    }
    auto text =
        fmt::format("securestack {}\nrevision   {}\ncompiler   {}\n", version(), revision(), compiler());
    for (auto const& [name, number] : libraries()) text += fmt::format("{:<10} {}\n", name, number);
    return text;
}

}  // namespace securestack
