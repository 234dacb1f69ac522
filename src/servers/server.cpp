#include "servers/server.hpp"

namespace securestack {
namespace {

constexpr TextFormat host_or_empty{
    "host", [](std::string_view text) { return text.empty() || formats::hostname.accepts(text); },
    formats::hostname.expected};

constexpr std::array unique_rules{UniqueRule{
    "servers_owner_name", "/name", "The owner already has a server with this name; choose another one."}};

}  // namespace

template <>
Schema const& schema_of<Endpoint>() {
    static constexpr auto fields =
        fields_of<Endpoint>(field<&Endpoint::host>("host")
                                .required()
                                .length(1, 253)
                                .format(formats::hostname)
                                .sample(R"("db-1.example.com")"),
                            field<&Endpoint::port>("port").required().range(1, 65535).sample("443"),
                            field<&Endpoint::tls>("tls").doc("Whether TLS is expected there."));
    static constexpr Schema schema{
        .name = "Endpoint", .fields = fields, .documentation = "Where a service of the server answers."};
    return schema;
}

template <>
Schema const& schema_of<Server>() {
    static constexpr auto fields = fields_of<Server>(
        field<&Server::id>("id").read_only(),
        field<&Server::name>("name")
            .required()
            .length(1, 100)
            .format(formats::one_line)
            .sortable()
            .filterable()
            .searchable()
            .doc("Unique among the owner's servers.")
            .sample(R"("db-1")"),
        field<&Server::hostname>("hostname")
            .length(0, 253)
            .format(host_or_empty)
            .sortable()
            .filterable()
            .searchable()
            .doc("RFC 1123 name or address; empty when it has none.")
            .sample(R"("db-1.example.com")"),
        field<&Server::ip>("ip")
            .format(formats::ip)
            .filterable()
            .searchable()
            .doc("IPv4 or IPv6, normalised."),
        field<&Server::os>("os")
            .length(0, 100)
            .format(formats::one_line)
            .filterable()
            .searchable()
            .sample(R"("Debian 12")"),
        field<&Server::environment>("environment").sortable().filterable(),
        field<&Server::status>("status").sortable().filterable(),
        field<&Server::status_reason>("status_reason").length(0, 500).doc("Why it is in this status."),
        field<&Server::maintenance_until>("maintenance_until")
            .doc("When maintenance is due to end; only with status maintenance, and in the future."),
        field<&Server::description>("description").length(0, 10'000).searchable(),
        field<&Server::labels>("labels").length(0, 64).filterable().doc(
            "Free names and values: ?labels.team=web."),
        field<&Server::endpoints>("endpoints").length(0, 32),
        field<&Server::owner>("owner").filterable().doc(
            "The user who answers for it: the creator, until it is given to somebody else."),
        field<&Server::team>("team").filterable().doc(
            "The team that holds it: its members see it, and act on it as their role allows. You must be at "
            "least an operator of the team."),
        field<&Server::created_at>("created_at").read_only().sortable().filterable(),
        field<&Server::updated_at>("updated_at").read_only().sortable().filterable(),
        field<&Server::deleted_at>("deleted_at").internal(), field<&Server::version>("version").internal());
    static constexpr Schema schema{.name = "Server",
                                   .table = "servers",
                                   .fields = fields,
                                   .unique = unique_rules,
                                   .has_text_index = true,
                                   .documentation = "A server of the inventory."};
    return schema;
}

}  // namespace securestack
