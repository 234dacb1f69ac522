// The keys that access tokens are signed and verified with: rows that all replicas share, held in memory and
// read again every half minute. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "audit/audit.hpp"
#include "crypto/master_key.hpp"
#include "crypto/signing_key.hpp"
#include "storage/database.hpp"

namespace securestack {

struct TokenKeys {
    SigningKey signing;
    std::vector<PublicKey> verifying;  // the signing one's public half included
    Time read_at{};
};

class KeyRing {
  public:
    using Keys = std::shared_ptr<TokenKeys const>;

    // After another key took its place a key goes on verifying for the life of its last tokens, the time that
    // another replica takes to notice, and the difference between clocks.
    KeyRing(MasterKey const& master, std::chrono::seconds access_lifetime);

    // Makes the first key when there is none. Safe when several replicas start at once. Throws
    // std::runtime_error when the master key does not open the current one.
    void open(Database& database, Clock const& clock, IdSource& ids);

    // Null when they are due to be read again.
    Keys in_memory(Time now) const;
    Keys get(Tx& tx, Time now);
    Keys read(Tx& tx, Time now);

    // True, at most once a second, when it is worth to look whether another replica has made a key.
    bool may_look_again(Time now);

    // Puts a new key in the place of the one that signs, whose private half is destroyed. Returns its id.
    std::string rotate(Tx& tx, Actor const& actor);

  private:
    std::string add_current(Tx& tx, Time now);
    SigningKey opened(std::string const& id, ByteView sealed) const;

    MasterKey master_;
    std::chrono::seconds overlap_;
    mutable std::mutex mutex_;
    Keys keys_;
    std::atomic<std::int64_t> last_look_{0};
};

// RFC 7517: the keys that verify.
std::string to_jwks(TokenKeys const& keys);

}  // namespace securestack
