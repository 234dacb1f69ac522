#include "backups/repository.hpp"

#include <stdexcept>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/ascii.hpp"
#include "core/encoding.hpp"
#include "crypto/master_key.hpp"

namespace securestack {
namespace {

constexpr std::array unique_rules{
    UniqueRule{"repositories_owner_name", "/name",
               "The owner already has a repository with this name; choose another one."}};

// A password in the address would be shown to whoever sees the repository.
bool is_repository_url(std::string_view text) {
    if (text.empty() || text.front() == '-') return false;
    if (std::ranges::any_of(text, [](char c) { return ascii::is_control(c) || c == ' '; })) return false;
    auto const scheme = text.find("://");
    if (scheme == std::string_view::npos) return true;
    auto const authority = text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3);
    auto const at = authority.rfind('@');
    return at == std::string_view::npos || authority.substr(0, at).find(':') == std::string_view::npos;
}
constexpr TextFormat repository_url{
    "restic-repository", is_repository_url,
    "a restic repository such as s3:https://s3.example.com/bucket, sftp:user@host:/path, "
    "rest:https://host/path or /path, without blanks and without a password in it"};

std::string context_of(Id repository) {
    return "repository:" + repository.to_string();
}

}  // namespace

template <>
Schema const& schema_of<Repository>() {
    using T = Repository;
    static constexpr auto fields = fields_of<T>(
        field<&T::id>("id").read_only(),
        field<&T::name>("name").read_only().sortable().searchable().sample(R"("offsite")"),
        field<&T::url>("url").read_only().searchable().sample(R"("s3:https://s3.example.com/backups")"),
        field<&T::append_only>("append_only").read_only(), field<&T::size_bytes>("size_bytes").read_only(),
        field<&T::snapshots>("snapshots").read_only(), field<&T::last_check_at>("last_check_at").read_only(),
        field<&T::owner>("owner").read_only().filterable(), field<&T::team>("team").read_only().filterable(),
        field<&T::created_at>("created_at").read_only().sortable().filterable(),
        field<&T::updated_at>("updated_at").read_only(), field<&T::sealed>("sealed").internal(),
        field<&T::version>("version").internal());
    static constexpr Schema schema{.name = "Repository",
                                   .table = "repositories",
                                   .fields = fields,
                                   .unique = unique_rules,
                                   .documentation = "Where agents put backups."};
    return schema;
}

template <>
Schema const& schema_of<RepositoryDraft>() {
    using T = RepositoryDraft;
    static constexpr auto fields = fields_of<T>(
        field<&T::name>("name")
            .required()
            .length(1, 100)
            .format(formats::one_line)
            .doc("Unique among the owner's repositories."),
        field<&T::url>("url").required().length(1, 500).format(repository_url),
        field<&T::password>("password")
            .write_only()
            .length(1, 1'000)
            .doc("Opens it; sealed at rest, given only to the agent that runs a task, and never answered. "
                 "Left out, the one there is stays; null removes it."),
        field<&T::env>("env").write_only().length(0, 32).doc(
            "Variables for the tool (AWS_ACCESS_KEY_ID, …); sealed as the password is, replaced as a whole."),
        field<&T::append_only>("append_only").doc("Whether the store itself lets agents add and not remove."),
        field<&T::team>("team").doc("The team that holds it, beside its owner."));
    static constexpr Schema schema{
        .name = "RepositoryDraft", .fields = fields, .documentation = "A repository, as it is written."};
    return schema;
}

std::string seal_secrets(MasterKey const& key, Id repository, RepositorySecrets const& secrets) {
    if (!secrets.password && secrets.env.empty()) return {};
    boost::json::object env;
    for (auto const& [name, value] : secrets.env) env[name] = value;
    boost::json::object document{{"env", std::move(env)}};
    if (secrets.password) document["password"] = secrets.password->reveal();
    auto const text = boost::json::serialize(document);
    return to_base64url(key.seal(bytes_of(text), context_of(repository)));
}

RepositorySecrets open_secrets(MasterKey const& key, Repository const& repository) {
    RepositorySecrets secrets;
    if (repository.sealed.empty()) return secrets;
    auto const sealed = from_base64url(repository.sealed);
    auto const plain = sealed ? key.open(*sealed, context_of(repository.id)) : std::nullopt;
    if (!plain) throw std::runtime_error("the secrets of a repository do not open under this master key");
    auto const document = boost::json::parse(text_of(*plain)).as_object();
    for (auto const& [name, value] : document.at("env").as_object())
        secrets.env.emplace(name, std::string{value.as_string()});
    if (auto const* password = document.if_contains("password"))
        secrets.password = Secret{std::string{password->as_string()}};
    return secrets;
}

}  // namespace securestack
