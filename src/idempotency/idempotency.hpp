// The answers to requests that had an Idempotency-Key, kept for a day (src/http/idempotency.hpp).
#pragma once

#include <cstdint>

#include "crypto/master_key.hpp"
#include "http/idempotency.hpp"

namespace securestack {

// Answers may hold secrets that are shown once (a new API key): their bodies are sealed. Of a request there
// is a keyed digest: a plain one could be used to guess the password in it.
class DatabaseIdempotencyStore final : public IdempotencyStore {
  public:
    // A body larger than this is not kept: a repetition is told that it was done, and no more.
    static constexpr std::size_t largest_body = 256 * 1024;

    explicit DatabaseIdempotencyStore(MasterKey const& key);

    Result<std::optional<Response>> find(Tx& tx, KeyedRequest const& keyed, Request const& request,
                                         Time now) override;
    Result<std::optional<Response>> take(Tx& tx, KeyedRequest const& keyed, Request const& request,
                                         Time now) override;
    void keep(Tx& tx, KeyedRequest const& keyed, Response const& answer) override;
    void give_back(Tx& tx, KeyedRequest const& keyed) override;

  private:
    Bytes digest_of(Request const& request) const;

    MasterKey const& key_;
    Bytes const digest_key_;
};

// Removes at most `limit` keys whose day is over; returns how many. Meant to be called again until it returns
// less than `limit`.
std::int64_t purge_idempotency_keys(Tx& tx, Time now, std::int64_t limit);

}  // namespace securestack
