#include "incidents/incident.hpp"

namespace securestack {
namespace {

constexpr std::array unique_rules{
    UniqueRule{"incidents_unresolved_key", "/status",
               "Another incident with the same dedup_key is not resolved: go on with that one."}};

}  // namespace

template <>
Schema const& schema_of<Incident>() {
    static constexpr auto fields = fields_of<Incident>(
        field<&Incident::id>("id").read_only(),
        field<&Incident::number>("number").read_only().sortable().filterable().doc(
            "Short and unique, for people: #12."),
        field<&Incident::title>("title")
            .required()
            .length(1, longest_incident_title)
            .format(formats::one_line)
            .searchable()
            .sample(R"("db-1 does not answer")"),
        field<&Incident::description>("description")
            .length(0, longest_incident_description)
            .searchable()
            .doc("Markdown, as it was written."),
        field<&Incident::severity>("severity")
            .sortable()
            .filterable()
            .doc("Sorted by rank: sort=severity begins with the worst."),
        field<&Incident::status>("status").filterable().doc(
            "open, then acknowledged, then resolved; or resolved at once; and from resolved to open. An "
            "incident begins open."),
        field<&Incident::servers>("servers")
            .length(0, most_servers_of_an_incident)
            .format(formats::uuid)
            .doc("The servers concerned."),
        field<&Incident::source>("source").read_only().filterable().doc("What noticed it."),
        field<&Incident::dedup_key>("dedup_key")
            .read_only()
            .filterable()
            .doc("What is reported again under this key is the same trouble."),
        field<&Incident::occurrences>("occurrences").read_only().doc("How often it was reported."),
        field<&Incident::reporter>("reporter")
            .read_only()
            .filterable()
            .doc("The user who declared it; null when the program did."),
        field<&Incident::assignee>("assignee")
            .filterable()
            .doc("The user who looks after it, and sees it for that. Acknowledging takes it when it is "
                 "nobody's."),
        field<&Incident::team>("team").filterable().doc(
            "The team that shares it; for a new incident that does not say, the one that all of its servers "
            "have."),
        field<&Incident::opened_at>("opened_at").read_only().sortable().filterable(),
        field<&Incident::acknowledged_at>("acknowledged_at").read_only().filterable(),
        field<&Incident::resolved_at>("resolved_at").read_only().filterable(),
        field<&Incident::resolution>("resolution")
            .length(0, longest_resolution)
            .doc("What solved it: Markdown. Only with status resolved."),
        field<&Incident::created_at>("created_at").read_only(),
        field<&Incident::updated_at>("updated_at").read_only().sortable().filterable(),
        field<&Incident::owner>("owner").internal(),
        field<&Incident::acknowledged_after_seconds>("acknowledged_after_seconds").internal(),
        field<&Incident::resolved_after_seconds>("resolved_after_seconds").internal(),
        field<&Incident::version>("version").internal());
    static constexpr Schema schema{.name = "Incident",
                                   .table = "incidents",
                                   .fields = fields,
                                   .default_sort = "-id",
                                   .unique = unique_rules,
                                   .has_text_index = true,
                                   .documentation = "Something that went wrong, and how it went on."};
    return schema;
}

AuditObject audit_object(Incident const& incident) {
    return {audit_type(schema_of<Incident>()), incident.id.to_string(),
            "#" + std::to_string(incident.number) + " " + incident.title};
}

}  // namespace securestack
