#include "identity/second_factor.hpp"

#include <algorithm>
#include <array>
#include <liboath/oath.h>

#include "core/ascii.hpp"
#include "crypto/digest.hpp"
#include "identity/qr_code.hpp"
#include "resource/table.hpp"

namespace securestack {
namespace {

constexpr std::size_t secret_size = 20;  // RFC 4226 §4: as long as SHA-1's output
constexpr unsigned step_seconds = 30;
constexpr unsigned code_digits = 6;
constexpr std::size_t recovery_codes = 10;
constexpr std::string_view recovery_letters = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's base32
constexpr std::size_t recovery_size = 12;                                          // 60 bits

std::string seal_context(Id user) {
    return "totp:" + user.to_string();
}

// RFC 4648 without padding; 20 bytes need none.
std::string to_base32(ByteView bytes) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string text;
    unsigned pending = 0;
    unsigned bits = 0;
    for (auto const byte : bytes) {
        pending = (pending << 8) | byte;
        for (bits += 8; bits >= 5; bits -= 5) text += letters[(pending >> (bits - 5)) & 31];
    }
    return text;
}

std::int64_t step_at(Time now) {
    return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() / step_seconds;
}

std::string code_at(ByteView secret, std::int64_t step) {
    std::array<char, code_digits + 1> code{};
    auto const made =
        oath_hotp_generate(text_of(secret).data(), secret.size(), static_cast<std::uint64_t>(step),
                           code_digits, false, OATH_HOTP_DYNAMIC_TRUNCATION, code.data());
    if (made != OATH_OK) throw std::runtime_error(oath_strerror(made));
    return code.data();
}

// As it was shown, with a dash in the middle; typed with or without, in either case.
std::string make_recovery_code() {
    std::string code;
    for (auto const byte : random_bytes(recovery_size))
        code += recovery_letters[byte % recovery_letters.size()];
    return code.insert(recovery_size / 2, "-");
}
std::string plain(std::string_view typed) {
    auto code = ascii::lower(typed);
    std::erase_if(code, [](char c) { return c == '-' || c == ' '; });
    return code;
}

}  // namespace

template <>
Schema const& schema_of<TotpEnrolment>() {
    static constexpr auto fields = fields_of<TotpEnrolment>(
        field<&TotpEnrolment::secret>("secret").read_only().doc("To be typed where no image can be read."),
        field<&TotpEnrolment::uri>("uri").read_only().doc("otpauth://, for an authenticator app."),
        field<&TotpEnrolment::qr>("qr").read_only().doc("The same as an image (SVG)."));
    static constexpr Schema schema{.name = "TotpEnrolment", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<TotpCode>() {
    static constexpr auto fields =
        fields_of<TotpCode>(field<&TotpCode::otp>("otp").required().write_only().length(6, 32).doc(
            "Six digits from the authenticator app, or a recovery code."));
    static constexpr Schema schema{.name = "TotpCode", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<RecoveryCodes>() {
    static constexpr auto fields =
        fields_of<RecoveryCodes>(field<&RecoveryCodes::recovery_codes>("recovery_codes")
                                     .read_only()
                                     .doc("Each replaces one code of the app, once. Not shown again."));
    static constexpr Schema schema{.name = "RecoveryCodes", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<TotpState>() {
    static constexpr auto fields = fields_of<TotpState>(
        field<&TotpState::enabled>("enabled").read_only().doc("Whether a login asks for a code."),
        field<&TotpState::recovery_codes_left>("recovery_codes_left").read_only());
    static constexpr Schema schema{.name = "TotpState", .fields = fields};
    return schema;
}

Problem unreadable_second_factor() {
    return {
        ErrorCode::conflict,
        "The second factor of this account was sealed with a master key that this server has no more, and "
        "no code of it can be checked: an administrator has to reset it, with DELETE "
        "/api/users/{id}/totp or `securestack keys recover`."};
}

SecondFactor::SecondFactor(MasterKey const& master)
    : master_(master), recovery_key_(master.derive("recovery_code")) {}

TotpState SecondFactor::state(Tx& tx, Id user) const {
    TotpState state;
    state.enabled = tx.first("SELECT 1 FROM totp_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL",
                             {user}, [](Row const&) { return true; })
                        .has_value();
    if (!state.enabled) return state;
    auto const left = tx.first("SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL",
                               {user}, [](Row const& row) { return row.integer(0); });
    state.recovery_codes_left = left.value_or(0);
    return state;
}

Result<TotpEnrolment> SecondFactor::enrol(Tx& tx, User const& user, Time now) const {
    if (state(tx, user.id).enabled) {
        return Problem{ErrorCode::conflict, "Your account has a second factor: remove it first."};
    }
    auto const secret = random_bytes(secret_size);
    remove(tx, user.id);
    tx.execute(
        "INSERT INTO totp_factors (user_id, sealed_secret, last_step, created_at) VALUES ($1, $2, $3, $4)",
        {user.id, master_.seal(secret, seal_context(user.id)), std::int64_t{0}, now});
    TotpEnrolment enrolment;
    enrolment.secret = to_base32(secret);
    enrolment.uri = "otpauth://totp/SecureStack:" + percent_encode(user.username) +
                    "?secret=" + enrolment.secret + "&issuer=SecureStack";
    enrolment.qr = qr_code_svg(enrolment.uri);
    return enrolment;
}

// The step whose code `otp` is, unless that or a later one was taken before.
std::optional<std::int64_t> SecondFactor::step_of(Tx& tx, Id user, std::string_view otp, Time now) const {
    Bytes sealed;
    std::int64_t last = 0;
    tx.query("SELECT sealed_secret, last_step FROM totp_factors WHERE user_id = $1", {user},
             [&](Row const& row) {
                 sealed = row.bytes(0);
                 last = row.integer(1);
             });
    if (sealed.empty() || otp.size() != code_digits) return std::nullopt;
    auto const secret = master_.open(sealed, seal_context(user));
    if (!secret) throw std::runtime_error("the master key does not open a user's second factor");
    std::optional<std::int64_t> found;
    for (auto step = step_at(now) - 1; step <= step_at(now) + 1; ++step) {
        if (equal_in_constant_time(code_at(*secret, step), otp) && step > last) found = step;
    }
    return found;
}

std::optional<RecoveryCodes> SecondFactor::confirm(Tx& tx, Id user, std::string_view otp, Time now) const {
    if (state(tx, user).enabled) return std::nullopt;
    auto const step = step_of(tx, user, otp, now);
    if (!step) return std::nullopt;
    tx.execute("UPDATE totp_factors SET confirmed_at = $2, last_step = $3 WHERE user_id = $1",
               {user, now, *step});
    RecoveryCodes codes;
    for (std::size_t i = 0; i < recovery_codes; ++i) {
        codes.recovery_codes.push_back(make_recovery_code());
        tx.execute("INSERT INTO recovery_codes (user_id, digest) VALUES ($1, $2)",
                   {user, recovery_digest(user, plain(codes.recovery_codes.back()))});
    }
    return codes;
}

SecondFactor::Use SecondFactor::use(Tx& tx, Id user, std::string_view otp, Time now) const {
    auto const typed = plain(otp);
    if (auto const step = step_of(tx, user, typed, now)) {
        auto const taken = tx.execute(
            "UPDATE totp_factors SET last_step = $2 WHERE user_id = $1 AND last_step < $2", {user, *step});
        return taken == 1 ? Use::code : Use::wrong;
    }
    if (typed.size() != recovery_size) return Use::wrong;
    auto const used = tx.execute(
        "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND digest = $2 AND used_at IS NULL",
        {user, recovery_digest(user, typed), now});
    return used == 1 ? Use::recovery_code : Use::wrong;
}

bool SecondFactor::is_readable(Tx& tx, Id user) const {
    auto const opens =
        tx.first("SELECT sealed_secret FROM totp_factors WHERE user_id = $1", {user},
                 [&](Row const& row) { return master_.open(row.bytes(0), seal_context(user)).has_value(); });
    return opens.value_or(true);
}

std::vector<User> SecondFactor::discard_unreadable(Tx& tx, Actor const& actor) const {
    std::vector<Id> unreadable;
    tx.query("SELECT user_id, sealed_secret FROM totp_factors", {}, [&](Row const& row) {
        if (!master_.open(row.bytes(1), seal_context(row.id(0)))) unreadable.push_back(row.id(0));
    });
    std::vector<User> users;
    for (auto const id : unreadable) {
        users.push_back(Table<User>(tx).find(id).value());  // second factors go with their user
        remove(tx, id);
        record(tx, actor, "totp.discard", audit_object(users.back()), Outcome::success);
    }
    std::ranges::sort(users, {}, &User::username);
    return users;
}

bool SecondFactor::remove(Tx& tx, Id user) {
    tx.execute("DELETE FROM recovery_codes WHERE user_id = $1", {user});
    return tx.execute("DELETE FROM totp_factors WHERE user_id = $1", {user}) > 0;
}

// Under a key of the installation: a code is too short to stand in the database as a plain digest.
Bytes SecondFactor::recovery_digest(Id user, std::string_view code) const {
    auto const text = user.to_string() + ":" + std::string{code};
    auto const digest = hmac_sha256(recovery_key_, bytes_of(text));
    return {digest.begin(), digest.end()};
}

}  // namespace securestack
