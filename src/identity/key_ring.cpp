#include "identity/key_ring.hpp"

#include <stdexcept>

#include "identity/settings.hpp"

namespace securestack {
namespace {

using std::chrono::seconds;

constexpr seconds reading_interval{30};
constexpr seconds clock_difference{60};
constexpr seconds publishing = reading_interval + published_keys_lifetime + clock_difference;
// Who rotates does not know the settings of those who sign (a command line beside the server, a replica that
// starts with another lifetime): the old key verifies for as long as any token of its may live.
constexpr seconds overlap = longest_access_lifetime + reading_interval + clock_difference;

AuditObject key_object(std::string const& id) {
    return {.type = "signing_key", .id = id, .name = id};
}

std::string sealing_context(std::string const& id) {
    return "signing_key:" + id;
}

}  // namespace

KeyRing::KeyRing(MasterKey const& master) : master_(master) {}

void KeyRing::open(Database& database, Clock const& clock, IdSource& ids) {
    auto const make_first = [&](Tx& tx) {
        auto const now = clock.now();
        bool const exists = tx.first("SELECT 1 FROM signing_keys WHERE current = 1", {}, [](Row const&) {
                                  return true;
                              }).has_value();
        if (exists) return;
        Principal principal;
        principal.via = Via::system;
        record(tx, Actor{principal, now, ids}, "signing_key.create", key_object(add_current(tx, now, now)),
               Outcome::success);
    };
    try {
        database.write_now(make_first);
    } catch (DatabaseError const& error) {
        // Another replica's key came first: it is the one to use.
        if (error.kind() != DatabaseError::Kind::unique) throw;
    }
    database.read_now([&](Tx& tx) { read(tx, clock.now()); });
}

std::string KeyRing::add_current(Tx& tx, Time now, Time signs_from) {
    auto const key = make_signing_key();
    auto const& id = key.public_key.kid;
    Bytes const public_bytes{key.public_key.bytes.begin(), key.public_key.bytes.end()};
    tx.execute(
        "INSERT INTO signing_keys (id, public_key, sealed_seed, current, created_at, signs_from) "
        "VALUES ($1, $2, $3, 1, $4, $5)",
        {id, public_bytes, master_.seal(bytes_of(key.seed.reveal()), sealing_context(id)), now, signs_from});
    return id;
}

std::optional<SigningKey> KeyRing::open_sealed(std::string const& id, ByteView sealed) const {
    auto const seed = master_.open(sealed, sealing_context(id));
    auto key = seed ? signing_key_from_seed(Secret{std::string{text_of(*seed)}}) : std::nullopt;
    if (key && key->public_key.kid != id) return std::nullopt;
    return key;
}

SigningKey KeyRing::opened(std::string const& id, ByteView sealed) const {
    auto key = open_sealed(id, sealed);
    if (!key) {
        throw std::runtime_error(
            "the signing key " + id +
            " does not open with this master key: start with the master key that the database "
            "was set up with, or, if that is lost for good, see `securestack keys recover --help`");
    }
    return *std::move(key);
}

// The key that signs is the latest whose time has come. One that is too early signs only when there is no
// other: the clock was set back.
KeyRing::Keys KeyRing::read(Tx& tx, Time now) {
    auto keys = std::make_shared<TokenKeys>();
    keys->read_at = now;
    bool found = false;
    tx.query(
        "SELECT id, public_key, sealed_seed, signs_from FROM signing_keys "
        "WHERE current = 1 OR retires_at > $1 ORDER BY signs_from DESC, created_at DESC, id",
        {now}, [&](Row const& row) {
            std::string const id{row.text(0)};
            auto const key = public_key_from_bytes(row.bytes(1));
            if (!key || key->kid != id) throw std::runtime_error("the signing key " + id + " was altered");
            keys->verifying.push_back(*key);
            if (found || row.is_null(2)) return;
            keys->signing = opened(id, row.bytes(2));
            found = row.time(3) <= now;
        });
    if (keys->signing.seed.empty()) throw std::runtime_error("the database holds no signing key");
    std::lock_guard const lock{mutex_};
    keys_ = keys;
    return keys;
}

KeyRing::Keys KeyRing::in_memory(Time now) const {
    std::lock_guard const lock{mutex_};
    bool const fresh = keys_ && keys_->read_at <= now && now - keys_->read_at < reading_interval;
    return fresh ? keys_ : nullptr;
}

KeyRing::Keys KeyRing::get(Tx& tx, Time now) {
    auto keys = in_memory(now);
    return keys ? keys : read(tx, now);
}

KeyRing::Successor KeyRing::rotate(Tx& tx, Actor const& actor) {
    auto const signs_from = actor.now + publishing;
    tx.execute("UPDATE signing_keys SET current = NULL, retires_at = $1 WHERE current = 1",
               {signs_from + overlap});
    auto id = add_current(tx, actor.now, signs_from);
    record(tx, actor, "signing_key.rotate", key_object(id), Outcome::success);
    tx.on_commit([this] {
        std::lock_guard const lock{mutex_};
        keys_ = nullptr;
    });
    return {.id = std::move(id), .signs_from = signs_from};
}

std::vector<std::string> KeyRing::discard_unreadable(Tx& tx, Actor const& actor) {
    std::vector<std::string> lost;
    bool current_lost = false;
    tx.query(
        "SELECT id, sealed_seed, current FROM signing_keys WHERE sealed_seed IS NOT NULL ORDER BY "
        "created_at, id",
        {}, [&](Row const& row) {
            std::string id{row.text(0)};
            if (open_sealed(id, row.bytes(1))) return;
            current_lost = current_lost || !row.is_null(2);
            lost.push_back(std::move(id));
        });
    for (auto const& id : lost) {
        tx.execute(
            "UPDATE signing_keys SET current = NULL, sealed_seed = NULL, retires_at = $1 WHERE id = $2",
            {actor.now, id});
        record(tx, actor, "signing_key.discard", key_object(id), Outcome::success);
    }
    if (current_lost) {
        auto const id = add_current(tx, actor.now, actor.now);
        record(tx, actor, "signing_key.create", key_object(id), Outcome::success);
    }
    return lost;
}

void KeyRing::purge(Tx& tx, Time now) {
    tx.execute(
        "UPDATE signing_keys SET sealed_seed = NULL WHERE sealed_seed IS NOT NULL AND signs_from < "
        "(SELECT max(signs_from) FROM signing_keys WHERE signs_from <= $1)",
        {now - clock_difference});
    tx.execute("DELETE FROM signing_keys WHERE retires_at <= $1", {now});
}

std::string to_jwks(TokenKeys const& keys) {
    std::string text = "{\"keys\":[";
    std::string_view separator;
    for (auto const& key : keys.verifying) {
        text.append(separator).append(to_jwk(key));
        separator = ",";
    }
    return text + "]}";
}

}  // namespace securestack
