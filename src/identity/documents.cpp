#include "identity/documents.hpp"

#include "crypto/password.hpp"
#include "resource/document.hpp"

namespace securestack {
namespace {

// The same words for the same member, whichever document it is in.
template <auto Member>
constexpr Field new_username() {
    return field<Member>("username")
        .required()
        .length(shortest_username, longest_username)
        .format(username_format)
        .doc("Unique without regard to case. May be an e-mail address.")
        .sample("\"bob@example.org\"");
}
template <auto Member>
constexpr Field new_password(std::string_view name = "password") {
    return field<Member>(name).write_only().doc(
        "12 to 1,024 characters of any kind; not a common password and not the username.");
}
template <auto Member>
constexpr Field email() {
    return field<Member>("email").length(3, 254).format(formats::email).sample("\"bob@example.org\"");
}
template <auto Member>
constexpr Field display_name() {
    return field<Member>("display_name").length(0, 200).format(formats::one_line).sample("\"Bob Martin\"");
}

}  // namespace

template <>
Schema const& schema_of<Credentials>() {
    static constexpr auto fields = fields_of<Credentials>(
        field<&Credentials::username>("username")
            .required()
            .length(1, longest_username)
            .sample("\"bob@example.org\""),
        field<&Credentials::password>("password").required().write_only().length(1, longest_password),
        field<&Credentials::otp>("otp").write_only().length(6, 32).doc(
            "The code of the second factor, or a recovery code, for accounts that have one."));
    static constexpr Schema schema{.name = "Credentials", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<Registration>() {
    static constexpr auto fields = fields_of<Registration>(
        new_username<&Registration::username>(), new_password<&Registration::password>().required(),
        email<&Registration::email>(), display_name<&Registration::display_name>(),
        field<&Registration::invite>("invite").write_only().length(1, 100).doc(
            "The code of an invite; needed when registration is by invite."));
    static constexpr Schema schema{.name = "Registration", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<FirstAdmin>() {
    static constexpr auto fields = fields_of<FirstAdmin>(
        field<&FirstAdmin::token>("token").required().write_only().length(1, 100).doc(
            "From the set-up link that the server printed when it started."),
        new_username<&FirstAdmin::username>(), new_password<&FirstAdmin::password>().required());
    static constexpr Schema schema{.name = "FirstAdmin", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<RefreshRequest>() {
    static constexpr auto fields = fields_of<RefreshRequest>(
        field<&RefreshRequest::refresh>("refresh").required().write_only().length(1, 4096).doc(
            "A refresh token."));
    static constexpr Schema schema{.name = "RefreshRequest", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<TokenPair>() {
    static constexpr auto fields = fields_of<TokenPair>(
        field<&TokenPair::access>("access").read_only().doc("A JWT for `Authorization: Bearer`."),
        field<&TokenPair::refresh>("refresh").read_only().doc("Good for one call of /api/auth/refresh."),
        field<&TokenPair::token_type>("token_type").read_only().sample("\"Bearer\""),
        field<&TokenPair::expires_in>("expires_in")
            .read_only()
            .doc("Seconds until `access` expires.")
            .sample("300"));
    static constexpr Schema schema{.name = "TokenPair", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<PasswordChange>() {
    static constexpr auto fields =
        fields_of<PasswordChange>(field<&PasswordChange::current_password>("current_password")
                                      .required()
                                      .write_only()
                                      .length(1, longest_password),
                                  new_password<&PasswordChange::new_password>("new_password").required());
    static constexpr Schema schema{.name = "PasswordChange", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<Profile>() {
    static constexpr auto fields =
        fields_of<Profile>(email<&Profile::email>(), display_name<&Profile::display_name>());
    static constexpr Schema schema{.name = "Profile", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<UserDraft>() {
    static constexpr auto fields = fields_of<UserDraft>(
        new_username<&UserDraft::username>(), new_password<&UserDraft::password>(),
        email<&UserDraft::email>(), display_name<&UserDraft::display_name>(), field<&UserDraft::role>("role"),
        field<&UserDraft::disabled>("disabled").doc("A disabled user cannot log in; its sessions end."));
    static constexpr Schema schema{.name = "UserDraft", .fields = fields};
    return schema;
}

void add_password_faults(std::vector<FieldError>& faults, Secret const& password, std::string_view username,
                         int shortest) {
    if (is_wrong(faults, "/password")) return;
    bool const has_name = !is_wrong(faults, "/username");
    auto const more = check_password(password, has_name ? username : std::string_view{}, shortest);
    faults.insert(faults.end(), more.begin(), more.end());
}

UserDraft draft_of(User const& user) {
    UserDraft draft;
    draft.username = user.username;
    draft.email = user.email;
    draft.display_name = user.display_name;
    draft.role = user.role;
    draft.disabled = user.disabled;
    return draft;
}

User with_draft(User user, UserDraft const& draft) {
    user.username = draft.username;
    user.email = draft.email;
    user.display_name = draft.display_name;
    user.role = draft.role;
    user.disabled = draft.disabled;
    return user;
}

}  // namespace securestack
