// The second factor of a login: codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds, as
// all apps have them), and ten recovery codes for the day when it is lost.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "crypto/master_key.hpp"
#include "identity/user.hpp"
#include "storage/database.hpp"

namespace securestack {

// What an authenticator app needs to know, shown once.
struct TotpEnrolment {
    std::string secret;  // base32
    std::string uri;     // otpauth://totp/…
    std::string qr;      // the same as an SVG image
};
template <>
Schema const& schema_of<TotpEnrolment>();

struct TotpCode {
    Secret otp;
};
template <>
Schema const& schema_of<TotpCode>();

struct RecoveryCodes {
    std::vector<std::string> recovery_codes;
};
template <>
Schema const& schema_of<RecoveryCodes>();

struct TotpState {
    bool enabled = false;
    std::int64_t recovery_codes_left = 0;
};
template <>
Schema const& schema_of<TotpState>();

// The answer to whose second factor is not readable.
Problem unreadable_second_factor();

// Thread-safe.
class SecondFactor {
  public:
    explicit SecondFactor(MasterKey const& master);

    TotpState state(Tx& tx, Id user) const;

    // A new secret, which counts once it is confirmed; replaces one that never was. `conflict` when the user
    // has a second factor.
    Result<TotpEnrolment> enrol(Tx& tx, User const& user, Time now) const;

    // With a code made from the new secret: from now on logins ask for one. nullopt when the code is wrong or
    // there is nothing to confirm. The only time that the recovery codes are shown.
    std::optional<RecoveryCodes> confirm(Tx& tx, Id user, std::string_view otp, Time now) const;

    enum class Use { wrong, code, recovery_code };
    // Whether `otp` is the code of now (or of half a minute before or after) or an unused recovery code.
    // Either is good once: the database remembers, so that no replica takes it again.
    Use use(Tx& tx, Id user, std::string_view otp, Time now) const;

    // False when the master key is not the one that the user's secret was sealed with: no code of the user's,
    // of the device or for recovery, can be checked any more.
    bool is_readable(Tx& tx, Id user) const;

    // False when there was none.
    static bool remove(Tx& tx, Id user);

    // For a master key that was lost: removes the second factors that the present one does not open, each
    // with its record. Returns whose they were, by name.
    std::vector<User> discard_unreadable(Tx& tx, Actor const& actor) const;

  private:
    std::optional<std::int64_t> step_of(Tx& tx, Id user, std::string_view otp, Time now) const;
    Bytes recovery_digest(Id user, std::string_view code) const;

    MasterKey master_;
    Bytes recovery_key_;
};

}  // namespace securestack
