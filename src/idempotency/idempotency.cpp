#include "idempotency/idempotency.hpp"

#include <array>

#include "crypto/digest.hpp"

namespace securestack {
namespace {

// The header fields that belong to what was done. The others belong to one answer (a request id, a date).
struct KeptHeader {
    std::string_view name;
    int column;
};
constexpr std::array kept_headers{KeptHeader{"Location", 2}, KeptHeader{"ETag", 3},
                                  KeptHeader{"Content-Type", 4}};

std::string sealing_context(KeyedRequest const& keyed) {
    return "idempotency:" + keyed.caller.to_string() + ":" + keyed.key;
}

Problem another_request() {
    Problem problem{
        ErrorCode::invalid,
        "This Idempotency-Key was used for another request: send that request again as it was, or "
        "this one with a key of its own."};
    problem.errors.push_back(
        {"Idempotency-Key", "reused", "belongs to a request with another target or body"});
    return problem;
}

Problem done_but_not_kept() {
    return {ErrorCode::conflict,
            "The request with this Idempotency-Key was carried out; its answer was too large to be kept."};
}

Param header_param(Response const& answer, std::string_view name) {
    auto const value = answer.headers.get(name);
    return value ? Param{*value} : Param{};
}

// The parts are told apart by their lengths.
void append_part(std::string& text, std::string_view part) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
}

}  // namespace

DatabaseIdempotencyStore::DatabaseIdempotencyStore(MasterKey const& key)
    : key_(key), digest_key_(key.derive("idempotency")) {}

Bytes DatabaseIdempotencyStore::digest_of(Request const& request) const {
    std::string head;
    append_part(head, to_string(request.method));
    append_part(head, request.path);
    append_part(head, request.raw_query);
    append_part(head, request.headers.get("Content-Type").value_or(""));
    Sha256 body;
    request.each_piece([&](std::string_view piece) { body.add(bytes_of(piece)); });
    append_part(head, text_of(body.digest()));
    auto const digest = hmac_sha256(digest_key_, bytes_of(head));
    return {digest.begin(), digest.end()};
}

Result<std::optional<Response>> DatabaseIdempotencyStore::find(Tx& tx, KeyedRequest const& keyed,
                                                               Request const& request, Time now) {
    Result<std::optional<Response>> found{std::optional<Response>{}};
    auto const digest = digest_of(request);
    tx.query(
        "SELECT request, status, location, etag, content_type, answer FROM idempotency_keys "
        "WHERE caller = $1 AND \"key\" = $2 AND created_at > $3",
        {keyed.caller, keyed.key, now - idempotency_window}, [&](Row const& row) {
            if (row.bytes(0) != digest) {
                found = another_request();
                return;
            }
            auto body = row.is_null(5) ? std::nullopt : key_.open(row.bytes(5), sealing_context(keyed));
            if (!body) {
                found = done_but_not_kept();
                return;
            }
            Response answer;
            answer.status = static_cast<int>(row.integer(1));
            for (auto const& [name, column] : kept_headers) {
                if (!row.is_null(column))
                    answer.headers.add(std::string{name}, std::string{row.text(column)});
            }
            answer.headers.add("Idempotency-Replayed", "true");
            answer.body = text_of(*body);
            found = std::optional{std::move(answer)};
        });
    return found;
}

// A key whose day is over is as good as none. Where the row is another transaction's that has not ended,
// the statement waits for it: PostgreSQL then has this unit run again, which finds the answer.
Result<std::optional<Response>> DatabaseIdempotencyStore::take(Tx& tx, KeyedRequest const& keyed,
                                                               Request const& request, Time now) {
    auto const rows = tx.execute(
        "INSERT INTO idempotency_keys (caller, \"key\", request, status, created_at) VALUES ($1, $2, $3, 0, "
        "$4) "
        "ON CONFLICT (caller, \"key\") DO UPDATE SET request = excluded.request, status = 0, location = "
        "NULL, "
        "etag = NULL, content_type = NULL, answer = NULL, created_at = excluded.created_at "
        "WHERE idempotency_keys.created_at <= $5",
        {keyed.caller, keyed.key, digest_of(request), now, now - idempotency_window});
    if (rows > 0) return std::optional<Response>{};
    return find(tx, keyed, request, now);
}

void DatabaseIdempotencyStore::keep(Tx& tx, KeyedRequest const& keyed, Response const& answer) {
    bool const fits = !answer.stream && answer.content().size() <= largest_body;
    tx.execute(
        "UPDATE idempotency_keys SET status = $3, location = $4, etag = $5, content_type = $6, answer = $7 "
        "WHERE caller = $1 AND \"key\" = $2",
        {keyed.caller, keyed.key, answer.status, header_param(answer, "Location"),
         header_param(answer, "ETag"), header_param(answer, "Content-Type"),
         fits ? Param{key_.seal(bytes_of(answer.content()), sealing_context(keyed))} : Param{}});
}

void DatabaseIdempotencyStore::give_back(Tx& tx, KeyedRequest const& keyed) {
    tx.execute("DELETE FROM idempotency_keys WHERE caller = $1 AND \"key\" = $2", {keyed.caller, keyed.key});
}

std::int64_t purge_idempotency_keys(Tx& tx, Time now, std::int64_t limit) {
    return tx.execute(
        "DELETE FROM idempotency_keys WHERE (caller, \"key\") IN (SELECT caller, \"key\" FROM "
        "idempotency_keys "
        "WHERE created_at <= $1 ORDER BY created_at LIMIT $2)",
        {now - idempotency_window, limit});
}

}  // namespace securestack
