// What the dispatcher tells the log: refusals, and lists that leave as a whole.
#include <algorithm>

#include <boost/json/object.hpp>

#include "audit/audit.hpp"
#include "core/ascii.hpp"
#include "resource/wording.hpp"

namespace securestack {
namespace {

// What an operation does to what: "deleteServer" is {"server", "delete"}.
struct Deed {
    std::string noun;
    std::string verb;
};

Deed deed_of(Route const& route) {
    std::string_view const operation = route.doc.id;
    auto const noun_at = std::ranges::find_if(operation, ascii::is_upper);
    Deed deed{{}, {operation.begin(), noun_at}};
    for (auto at = noun_at; at != operation.end(); ++at) {
        if (ascii::is_upper(*at) && !deed.noun.empty()) deed.noun += '_';
        deed.noun += ascii::lower(*at);
    }
    bool const is_of_many = deed.verb == "list" || deed.verb == "import";  // recorded as of one
    if (is_of_many) deed.noun = singular(deed.noun);
    if (deed.verb == "replace") deed.verb = "update";  // PUT and PATCH are one act
    if (deed.verb.empty() || deed.noun.empty()) return {"request", ascii::lower(to_string(route.method))};
    return deed;
}

AuditObject object_of(Context const& context, Deed const& deed, PathValues const& values) {
    auto const id = values.empty() ? std::nullopt : Id::parse(values.back());
    if (!id) return {"path", context.request.path, {}};
    return {deed.noun, id->to_string(), {}};  // not as it was written: it is looked for by what it is
}

}  // namespace

void record_denial(Tx& tx, Context const& context, Router::Match const& match) {
    auto const deed = deed_of(*match.route);
    record(tx, context, deed.noun + "." + deed.verb, object_of(context, deed, match.values), Outcome::denied);
}

void record_export(Tx& tx, Context const& context, Schema const& schema) {
    auto const type = audit_type(schema);
    record(tx, context, type + ".export", {type, {}, context.request.target}, Outcome::success);
}

}  // namespace securestack
