// What a request spends outside the kernel and the database: reading its head, knowing its token, and JSON.
#include <benchmark/benchmark.h>

#include "core/encoding.hpp"
#include "crypto/jwt.hpp"
#include "http/head.hpp"
#include "resource/document.hpp"
#include "servers/server.hpp"

namespace securestack {
namespace {

Server typical_server() {
    IdSource ids;
    Server server;
    server.id = ids.make(SystemClock{}.now());
    server.owner = ids.make(SystemClock{}.now());
    server.name = "db-1.paris";
    server.hostname = "db-1.paris.example.org";
    server.os = "Debian 12";
    server.labels = {{"rack", "b4"}, {"team", "data"}};
    server.endpoints = {{"db-1.paris.example.org", 5432, true}};
    return server;
}

constexpr std::string_view typical_head =
    "GET /api/servers?limit=50 HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
    "Authorization: Bearer eyJhbGciOiJFZERTQSIsImtpZCI6ImEifQ.eyJzdWIiOiJhIn0.c2lnbmF0dXJl\r\n\r\n";

void head_is_read(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(parse_head(typical_head, {}));
}
BENCHMARK(head_is_read);

void server_to_json(benchmark::State& state) {
    auto const server = typical_server();
    for (auto _ : state) benchmark::DoNotOptimize(to_json(server));
}
BENCHMARK(server_to_json);

void server_from_json(benchmark::State& state) {
    std::string_view const text =
        R"({"name": "db-1", "hostname": "db-1.example.org", "labels": {"team": "data"}, "status": "active"})";
    for (auto _ : state) benchmark::DoNotOptimize(decode<Server>(*parse_json(text)));
}
BENCHMARK(server_from_json);

void token_is_verified(benchmark::State& state) {
    auto const key = make_signing_key();
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    IdSource ids;
    auto const id = ids.make(SystemClock{}.now());
    Claims const claims{.iss = "securestack",
                        .aud = "api",
                        .sub = id,
                        .sid = id,
                        .epoch = 1,
                        .iat = now,
                        .nbf = now,
                        .exp = now + std::chrono::minutes{5},
                        .jti = id};
    auto const token = sign_jwt(key, "at+jwt", claims);
    TokenRules const rules{.typ = "at+jwt", .iss = "securestack", .aud = "api"};
    auto const keys = std::span{&key.public_key, 1};
    for (auto _ : state) benchmark::DoNotOptimize(verify_jwt(token, keys, rules, now));
}
BENCHMARK(token_is_verified);

void id_is_made(benchmark::State& state) {
    IdSource ids;
    auto const now = SystemClock{}.now();
    for (auto _ : state) benchmark::DoNotOptimize(ids.make(now));
}
BENCHMARK(id_is_made);

}  // namespace
}  // namespace securestack
