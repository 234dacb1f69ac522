// What the dispatcher tells the log: refusals, and lists that leave as a whole.
#include <algorithm>
#include <cctype>

#include <boost/json/object.hpp>

#include "audit/audit.hpp"

namespace securestack {
namespace {

// "deleteServer" and "listServers" become "server.delete" and "server.list".
std::string action_of(Route const& route) {
    std::string_view const operation = route.doc.id;
    auto const noun_at =
        std::ranges::find_if(operation, [](unsigned char c) { return std::isupper(c) != 0; });
    std::string const verb{operation.begin(), noun_at};
    std::string noun;
    for (auto at = noun_at; at != operation.end(); ++at) {
        auto const c = static_cast<unsigned char>(*at);
        if (std::isupper(c) != 0 && !noun.empty()) noun += '_';
        noun += static_cast<char>(std::tolower(c));
    }
    if (verb == "list" && noun.ends_with('s')) noun.pop_back();
    if (verb.empty() || noun.empty()) return "request." + std::string{to_string(route.method)};
    return noun + "." + verb;
}

AuditObject denied_object_of(Context const& context, Problem const& problem) {
    auto const slash = problem.denied_object.find('/');
    if (slash == std::string::npos) return {"path", context.request.path, {}};
    return {problem.denied_object.substr(0, slash), problem.denied_object.substr(slash + 1), {}};
}

}  // namespace

void record_denial(Tx& tx, Context const& context, Route const& route, Problem const& problem) {
    record(tx, context, action_of(route), denied_object_of(context, problem), Outcome::denied);
}

void record_export(Tx& tx, Context const& context, Schema const& schema) {
    auto const type = audit_type(schema);
    record(tx, context, type + ".export", {type, {}, context.request.target}, Outcome::success);
}

}  // namespace securestack
