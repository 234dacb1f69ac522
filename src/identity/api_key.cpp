#include "identity/api_key.hpp"

#include <algorithm>
#include <charconv>

#include "crypto/digest.hpp"
#include "resource/document.hpp"
#include "resource/wording.hpp"

namespace securestack {
namespace {

// The length of a network's prefix, as IPv6 counts it.
int prefix_of(std::string_view network) {
    int const mapped = network.find(':') == std::string_view::npos ? 96 : 0;
    auto const slash = network.find('/');
    int prefix = 128 - mapped;
    if (slash != std::string_view::npos)
        std::from_chars(network.data() + slash + 1, network.data() + network.size(), prefix);
    return prefix + mapped;
}

bool is_inside(std::string_view inner, std::string_view outer) {
    auto const network = Network::parse(outer);
    auto const base = Address::parse(inner.substr(0, inner.find('/')));
    return network && base && network->contains(*base) && prefix_of(inner) >= prefix_of(outer);
}

bool are_inside(std::vector<std::string> const& inner, std::vector<std::string> const& outer) {
    if (outer.empty()) return true;
    return !inner.empty() && std::ranges::all_of(inner, [&](std::string const& each) {
        return std::ranges::any_of(outer, [&](std::string const& around) { return is_inside(each, around); });
    });
}

// The networks that are in both lists; of two networks one is inside the other, or they have nothing in
// common.
std::vector<std::string> common(std::vector<std::string> const& some,
                                std::vector<std::string> const& others) {
    if (some.empty() || others.empty()) return some.empty() ? others : some;
    std::vector<std::string> both;
    for (auto const& one : some) {
        for (auto const& other : others) {
            if (is_inside(one, other))
                both.push_back(one);
            else if (is_inside(other, one))
                both.push_back(other);
        }
    }
    std::ranges::sort(both);
    both.erase(std::ranges::unique(both).begin(), both.end());
    return both;
}

bool ends_within(std::optional<Time> end, std::optional<Time> other) {
    return !other || (end && *end <= *other);
}

std::string all_scopes() {
    std::vector<std::string_view> scopes;
    for (std::size_t i = 0; i < permission_count; ++i) {
        auto const permission = static_cast<Permission>(i);
        if (permission != Permission::account) scopes.push_back(to_string(permission));
    }
    return one_of(scopes);
}

void check_scopes(ApiKey const& key, Principal const& principal, std::vector<FieldError>& errors) {
    for (std::size_t i = 0; i < key.scopes.size(); ++i) {
        auto const pointer = "/scopes/" + std::to_string(i);
        auto const permission = parse_permission(key.scopes[i]);
        if (!permission || *permission == Permission::account) {
            errors.push_back({pointer, "enum", "must be one of " + all_scopes()});
        } else if (!may(principal, *permission)) {
            errors.push_back({pointer, "range", "is more than you may do yourself"});
        } else if (std::ranges::count(key.scopes, key.scopes[i]) > 1) {
            errors.push_back({pointer, "duplicate", "is named twice"});
        }
    }
}

void check_addresses(ApiKey const& key, std::vector<FieldError>& errors) {
    for (std::size_t i = 0; i < key.addresses.size(); ++i) {
        if (Network::parse(key.addresses[i])) continue;
        errors.push_back({"/addresses/" + std::to_string(i), "format",
                          "must be an IP address or a network such as 192.0.2.0/24"});
    }
}

void check_end(ApiKey const& key, Principal const& principal, Time now, std::vector<FieldError>& errors) {
    auto const refuse = [&](std::string detail) {
        errors.push_back({"/expires_at", "range", std::move(detail)});
    };
    if (!key.expires_at) {
        if (principal.role != Role::admin) refuse("only an administrator's key may never expire");
    } else if (*key.expires_at <= now) {
        refuse("must be in the future");
    } else if (*key.expires_at > now + longest_key_lifetime) {
        refuse("must be at most 365 days from now");
    }
}

}  // namespace

template <>
Schema const& schema_of<ApiKey>() {
    static constexpr auto fields = fields_of<ApiKey>(
        field<&ApiKey::id>("id").read_only(),
        field<&ApiKey::name>("name")
            .required()
            .length(1, 100)
            .format(formats::one_line)
            .sortable()
            .filterable()
            .sample(R"("nightly backup")"),
        field<&ApiKey::owner>("owner").read_only().filterable(),
        field<&ApiKey::scopes>("scopes")
            .required()
            .length(1, 32)
            .doc("What it may: servers:read, servers:write, backups:read, backups:write, runs:write, "
                 "incidents:read, incidents:write, teams:read, teams:write, users:read, users:write, "
                 "keys:read, keys:write, audit:read, ingest:write. Never more than its owner may at that "
                 "moment.")
            .sample(R"(["runs:write"])"),
        field<&ApiKey::addresses>("addresses")
            .length(0, 32)
            .doc("The addresses and networks that it may be used from; from everywhere when there are none.")
            .sample(R"(["192.0.2.0/24"])"),
        field<&ApiKey::expires_at>("expires_at")
            .doc("90 days from now when it is left out, at most 365; null, for never, only for "
                 "administrators."),
        field<&ApiKey::made_with>("made_with")
            .read_only()
            .doc("The key that made it; when that is deleted, so is this one."),
        field<&ApiKey::created_at>("created_at").read_only().sortable().filterable(),
        field<&ApiKey::rotated_at>("rotated_at").read_only(),
        field<&ApiKey::previous_until>("previous_until")
            .read_only()
            .doc("Until then the key as it was before it was rotated is good, too."),
        field<&ApiKey::last_used_at>("last_used_at").read_only().doc("Exact to a minute or two."),
        field<&ApiKey::last_used_ip>("last_used_ip").read_only(), field<&ApiKey::digest>("digest").internal(),
        field<&ApiKey::previous_digest>("previous_digest").internal(),
        field<&ApiKey::renewed_at>("renewed_at").internal(), field<&ApiKey::version>("version").internal());
    static constexpr Schema schema{.name = "ApiKey",
                                   .table = "api_keys",
                                   .fields = fields,
                                   .changes_beside_version = true,
                                   .documentation = "A credential for a program."};
    return schema;
}

template <>
Schema const& schema_of<NewApiKey>() {
    static constexpr auto fields = fields_of<NewApiKey>(
        field<&NewApiKey::id>("id").read_only(), field<&NewApiKey::name>("name").read_only(),
        field<&NewApiKey::key>("key").read_only().doc(
            "For `Authorization: Bearer` or `X-API-Key`. Not shown again."),
        field<&NewApiKey::scopes>("scopes").read_only(),
        field<&NewApiKey::expires_at>("expires_at").read_only(),
        field<&NewApiKey::previous_until>("previous_until").read_only());
    static constexpr Schema schema{.name = "NewApiKey", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<KeyRotation>() {
    static constexpr auto fields =
        fields_of<KeyRotation>(field<&KeyRotation::overlap_seconds>("overlap_seconds")
                                   .range(0, std::chrono::seconds{longest_key_overlap}.count())
                                   .doc("How long the key as it was stays good; a day when it is left out."));
    static constexpr Schema schema{.name = "KeyRotation", .fields = fields};
    return schema;
}

std::string key_digest(std::string_view text) {
    return to_base64url(sha256(text));
}

PermissionSet scopes_of(ApiKey const& key) {
    PermissionSet all;
    for (auto const& scope : key.scopes) {
        if (auto const permission = parse_permission(scope)) all.add(*permission);
    }
    return all;
}

std::vector<Network> networks_of(ApiKey const& key) {
    std::vector<Network> all;
    for (auto const& address : key.addresses) {
        if (auto const network = Network::parse(address)) all.push_back(*network);
    }
    return all;
}

bool is_expired(ApiKey const& key, Time now) {
    return key.expires_at && *key.expires_at <= now;
}

bool is_within(ApiKey const& key, ApiKey const& other) {
    return scopes_of(other).contains(scopes_of(key)) && are_inside(key.addresses, other.addresses) &&
           ends_within(key.expires_at, other.expires_at);
}

std::optional<ApiKey> narrowed(ApiKey key, ApiKey const& other) {
    std::erase_if(key.scopes,
                  [&](auto const& scope) { return std::ranges::count(other.scopes, scope) == 0; });
    if (key.scopes.empty()) return std::nullopt;
    if (!are_inside(key.addresses, other.addresses)) {
        key.addresses = common(key.addresses, other.addresses);
        if (key.addresses.empty()) return std::nullopt;  // an empty list would let it come from everywhere
    }
    if (!ends_within(key.expires_at, other.expires_at)) key.expires_at = other.expires_at;
    return key;
}

void check_key(ApiKey const& key, Principal const& principal, std::optional<ApiKey> const& maker, Time now,
               std::vector<FieldError>& errors) {
    if (!is_wrong(errors, "/scopes")) check_scopes(key, principal, errors);
    bool const has_addresses = !is_wrong(errors, "/addresses");
    if (has_addresses) check_addresses(key, errors);
    bool const has_end = !is_wrong(errors, "/expires_at");
    if (has_end) check_end(key, principal, now, errors);
    if (!maker) return;
    if (has_addresses && !are_inside(key.addresses, maker->addresses))
        errors.push_back({"/addresses", "range", "must be within those of the key that you use"});
    if (has_end && !ends_within(key.expires_at, maker->expires_at))
        errors.push_back({"/expires_at", "range", "must not be later than that of the key that you use"});
}

}  // namespace securestack
