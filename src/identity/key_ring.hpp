// The keys that access tokens are signed and verified with: rows that all replicas share, held in memory and
// read again every half minute. Thread-safe.
#pragma once

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
    std::vector<PublicKey>
        verifying;  // those that are yet to sign, then the one that signs, then the old ones
    Time read_at{};
};

// How long others may keep the published keys (the max-age of /.well-known/jwks.json).
inline constexpr std::chrono::seconds published_keys_lifetime{60};

class KeyRing {
  public:
    using Keys = std::shared_ptr<TokenKeys const>;

    // A new key is published first and signs later: when every replica has read it, everybody else has
    // fetched it, and the clocks differ as much as they may. So there is never a token whose key is not known
    // where it is shown. The key before it then goes on verifying for the longest life that its last tokens
    // may have.
    explicit KeyRing(MasterKey const& master);

    // Makes the first key, which signs at once, when there is none. Safe when several replicas start at once.
    // Throws std::runtime_error when the master key does not open the one that signs.
    void open(Database& database, Clock const& clock, IdSource& ids);

    // Null when they are due to be read again.
    Keys in_memory(Time now) const;
    Keys get(Tx& tx, Time now);
    Keys read(Tx& tx, Time now);

    // Puts a new key in the place of the one that signs, from a time on.
    struct Successor {
        std::string id;
        Time signs_from{};
    };
    Successor rotate(Tx& tx, Actor const& actor);

    // For a master key that was lost: keys which the present one does not open sign and verify no more from
    // now on, and another signs at once when the current one is among them. Returns their ids.
    std::vector<std::string> discard_unreadable(Tx& tx, Actor const& actor);

    // Destroys the private halves of keys that sign no more, and removes those that verify no more.
    static void purge(Tx& tx, Time now);

  private:
    std::string add_current(Tx& tx, Time now, Time signs_from);
    std::optional<SigningKey> open_sealed(std::string const& id, ByteView sealed) const;
    SigningKey opened(std::string const& id, ByteView sealed) const;  // throws std::runtime_error

    MasterKey master_;
    mutable std::mutex mutex_;
    Keys keys_;
};

// RFC 7517: the keys that verify.
std::string to_jwks(TokenKeys const& keys);

}  // namespace securestack
