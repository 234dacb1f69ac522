// A route: who may use it, how a request becomes calls of handlers, and what the OpenAPI document says of it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/principal.hpp"
#include "http/context.hpp"
#include "http/message.hpp"
#include "resource/field.hpp"

namespace securestack {

// Stated for every route: there is no default. `allow(Permission::servers_read)`, `anyone()`.
class AccessRule {
  public:
    friend AccessRule allow(Permission permission) { return AccessRule{permission}; }
    friend AccessRule anyone() { return AccessRule{std::nullopt}; }
    std::optional<Permission> permission() const { return permission_; }

  private:
    explicit AccessRule(std::optional<Permission> permission) : permission_(permission) {}
    std::optional<Permission> permission_;
};
AccessRule allow(Permission permission);
AccessRule anyone();

// Where a step runs: where the request happens to be (it must not block), in a read or write transaction, or
// on the bounded cpu pool. `lookup` is a read of rows that an index leads to (Database::look_up). `bulk` is
// the write of a whole file, on a route that states its `file_timeout`; on PostgreSQL it is not serializable,
// so that it must leave its rules to constraints.
enum class Where : std::uint8_t { io, lookup, read, write, bulk, cpu };

// One step of serving a request. `tx` is null for io and cpu. An empty optional hands over to the next step;
// a Problem rolls a write back, a Response (whatever its status) commits it. A write or lookup may be run
// again.
struct Step {
    Where where = Where::io;
    std::function<Result<std::optional<Response>>(Tx* tx, Context const& context)> run;
};
using Steps = std::vector<Step>;

// The values of the {parameters} in a route's pattern, in order.
using PathValues = std::vector<std::string>;

// A query parameter of a route that is no list; a list has those of its Schema.
struct QueryParameterDoc {
    std::string name;
    std::string description;
    bool required = false;
};

// What the OpenAPI document says of an operation.
struct OperationDoc {
    std::string id;  // "createServer"; made from method and pattern when empty
    std::string summary;
    std::string description;
    std::string tag;                  // made from the pattern when empty
    Schema const* request = nullptr;  // body
    bool request_is_patch = false;
    bool request_is_optional = false;                  // no body is as good as an empty object
    std::vector<std::string_view> request_types = {};  // of a body that is no document, instead of `request`
    Schema const* answer = nullptr;                    // body of the success answer
    bool answer_is_list = false;
    Schema const* list = nullptr;          // list parameters
    std::vector<QueryParameterDoc> query;  // every other query parameter answers 400
    int success = 200;
    std::string content_type = "application/json";  // of the success answer
    std::vector<int> problems;                      // statuses beyond those every route has
    bool has_etag = false;
};

struct Route {
    Method method = Method::get;
    std::string pattern;  // "/api/servers/{id}"
    AccessRule access;
    // Decodes path, query and body after authorisation. Pure; must not block.
    std::function<Result<Steps>(Context const& context, PathValues const& path)> bind;
    OperationDoc doc = {};
    // Of a route about one object: how far the caller must reach it, or that it must be the caller's own. The
    // handler asks; from here come the table of permissions and the test that holds the handler to it.
    std::optional<Reach> reach = {};
    bool own = false;
    // Takes any body and any query parameter: what a script sends beside its report is no reason to lose it.
    bool takes_anything = false;
    std::size_t body_limit = 1024 * 1024;
    // Not zero: it takes whole files. A large body waits on the disk, and the steps may take this long in
    // all, instead of DispatchLimits::request; when that has passed, or the client has gone, nothing of it is
    // done.
    std::chrono::seconds file_timeout{0};
    bool path_is_secret = false;  // whoever knows it may use it: the log has the pattern instead
    bool in_api = true;     // false: not part of the OpenAPI document (landing page, documentation assets)
    std::size_t index = 0;  // its place in Router::routes(), given by the router
};

}  // namespace securestack
