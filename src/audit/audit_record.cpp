#include "audit/audit_record.hpp"

#include <boost/json/serialize.hpp>

namespace securestack {

void Codec<ChangeSet>::from_json(boost::json::value const& value, ChangeSet& member,
                                 std::string const& pointer, std::vector<FieldError>& errors) {
    if (value.is_object()) {
        member.json = boost::json::serialize(value);
    } else {
        errors.push_back({pointer, "type", "must be an object"});
    }
}

template <>
Schema const& schema_of<AuditApiKey>() {
    // Not read_only themselves: a document inside a stored one is read back as it would be from a request.
    static constexpr auto fields = fields_of<AuditApiKey>(
        field<&AuditApiKey::id>("id"), field<&AuditApiKey::name>("name").doc("As it was called then."));
    static constexpr Schema schema{.name = "AuditApiKey", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<AuditActor>() {
    static constexpr auto fields = fields_of<AuditActor>(
        field<&AuditActor::type>("type").read_only(),
        field<&AuditActor::id>("id").read_only().doc("The user; null for an anonymous caller."),
        field<&AuditActor::name>("name").read_only().doc("The user's name at that moment."),
        field<&AuditActor::ip>("ip").read_only().doc(
            "Where the request came from; null on the command line."),
        field<&AuditActor::via>("via").read_only().doc("How the actor proved who it is."),
        field<&AuditActor::api_key>("api_key").read_only().doc(
            "The API key that acted for the user; null when none did."));
    static constexpr Schema schema{.name = "AuditActor", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<AuditSubject>() {
    static constexpr auto fields = fields_of<AuditSubject>(
        field<&AuditSubject::type>("type").read_only().sample(R"("server")"),
        field<&AuditSubject::id>("id").read_only().doc(
            "Null when there is none, as after a login with an unknown name."),
        field<&AuditSubject::name>("name").read_only().doc("As a person knew it at that moment."));
    static constexpr Schema schema{.name = "AuditObject", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<AuditRecord>() {
    static constexpr auto fields = fields_of<AuditRecord>(
        field<&AuditRecord::id>("id").read_only(),
        field<&AuditRecord::at>("at").read_only().sortable().filterable(),
        field<&AuditRecord::actor>("actor").read_only(),
        field<&AuditRecord::action>("action").read_only().filterable().sample(R"("server.update")"),
        field<&AuditRecord::object>("object").read_only(),
        field<&AuditRecord::outcome>("outcome").read_only().filterable(),
        field<&AuditRecord::changes>("changes").read_only().doc(
            "What changed: each member that did, with its value before (from) and after (to)."),
        field<&AuditRecord::request_id>("request_id").read_only().doc("The X-Request-Id of the request."),
        field<&AuditRecord::actor_id>("actor_id").internal().filterable_as("actor"),
        field<&AuditRecord::api_key_id>("api_key_id").internal().filterable_as("api_key"),
        field<&AuditRecord::object_id>("object_id").internal().filterable_as("object"),
        field<&AuditRecord::leaf_index>("leaf_index").internal());
    static constexpr Schema schema{.name = "AuditRecord",
                                   .table = "audit_records",
                                   .fields = fields,
                                   .default_sort = "-at",
                                   .documentation = "Who did what, when, from where, and how it ended."};
    return schema;
}

}  // namespace securestack
