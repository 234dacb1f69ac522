#include "incidents/bulk.hpp"

#include "resource/document.hpp"

namespace securestack {
namespace {

void check_request(void const* object, std::vector<FieldError>& errors) {
    auto const& request = *static_cast<BulkRequest const*>(object);
    if (is_wrong(errors, "/resolution") || is_wrong(errors, "/action")) return;
    if (!request.resolution.empty() && request.action != BulkAction::resolve)
        errors.push_back({"/resolution", "conflict", "is only for action \"resolve\"; leave it out"});
}

}  // namespace

template <>
Schema const& schema_of<Resolution>() {
    static constexpr auto fields = fields_of<Resolution>(field<&Resolution::resolution>("resolution")
                                                             .length(0, longest_resolution)
                                                             .doc("What solved it: Markdown.")
                                                             .sample(R"("Replaced the disk.")"));
    static constexpr Schema schema{.name = "IncidentResolution", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<BulkRequest>() {
    static constexpr auto fields = fields_of<BulkRequest>(
        field<&BulkRequest::ids>("ids").required().length(1, most_bulk_incidents).format(formats::uuid),
        field<&BulkRequest::action>("action").required(),
        field<&BulkRequest::resolution>("resolution").length(0, longest_resolution));
    static constexpr Schema schema{.name = "IncidentBulkRequest", .fields = fields, .check = check_request};
    return schema;
}

template <>
Schema const& schema_of<BulkResult>() {
    static constexpr auto fields = fields_of<BulkResult>(
        field<&BulkResult::id>("id").read_only(),
        field<&BulkResult::status>("status").read_only().doc("As of HTTP: 200, 403, 404 or 409."),
        field<&BulkResult::detail>("detail").read_only().doc("Why not; null when it was done."),
        field<&BulkResult::incident>("incident")
            .read_only()
            .doc("As it is now; null when nothing was done."));
    static constexpr Schema schema{.name = "IncidentBulkResult", .fields = fields};
    return schema;
}

template <>
Schema const& schema_of<BulkAnswer>() {
    static constexpr auto fields = fields_of<BulkAnswer>(field<&BulkAnswer::results>("results").read_only());
    static constexpr Schema schema{.name = "IncidentBulkAnswer", .fields = fields};
    return schema;
}

}  // namespace securestack
