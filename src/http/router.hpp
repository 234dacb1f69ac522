// The table of routes. Built once at start, then read by all threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/handler_binding.hpp"
#include "http/route.hpp"

namespace securestack {

// Adds words of documentation to the route just added: r.post(…).summary("…").
class RouteRef {
  public:
    explicit RouteRef(Route& route) : route_(route) {}
    RouteRef& summary(std::string text) { route_.doc.summary = std::move(text); return *this; }
    RouteRef& description(std::string text) { route_.doc.description = std::move(text); return *this; }
    RouteRef& operation(std::string id) { route_.doc.id = std::move(id); return *this; }
    RouteRef& tag(std::string text) { route_.doc.tag = std::move(text); return *this; }
    RouteRef& answers(int status) { route_.doc.problems.push_back(status); return *this; }
    Route& route() { return route_; }

  private:
    Route& route_;
};

class Router {
  public:
    struct Match {
        Route const* route = nullptr;
        PathValues values;
    };

    // `pattern` is absolute: "/api/servers/{id}". `handler` is a function as handler.hpp describes.
    template <class H> RouteRef get(std::string pattern, AccessRule access, H handler);
    template <class H> RouteRef post(std::string pattern, AccessRule access, H handler);
    template <class H> RouteRef put(std::string pattern, AccessRule access, H handler);
    template <class H> RouteRef patch(std::string pattern, AccessRule access, H handler);
    template <class H> RouteRef del(std::string pattern, AccessRule access, H handler);

    // A list of T: JSON pages, CSV and NDJSON exports by Accept. `scope` is
    // Result<Sql>(Tx&, Context const&, Id…): the rows that the caller may see.
    template <class T, class S> RouteRef list(std::string pattern, AccessRule access, S scope);

    // POST in three steps, for work that must hash a password between two transactions:
    //   prepare: Result<State>(Tx&, Context const&, Id…, Body const&)  write transaction, committed
    //   compute: void(State&)                                     cpu pool
    //   finish:  Result<Answer>(Tx&, Context const&, State const&)  write transaction
    // With Method for PUT or PATCH variants.
    template <class P, class C, class F>
    RouteRef staged(Method method, std::string pattern, AccessRule access, P prepare, C compute, F finish);

    // A route outside the typed forms (health, metrics, static files): Response(Context const&) on the I/O thread.
    RouteRef plain(Method method, std::string pattern, AccessRule access, std::function<Response(Context const&)> handler);

    RouteRef add(Route route);  // throws std::logic_error for a duplicate

    // HEAD matches GET. Problem `not_found`, or `method_not_allowed` with the methods that exist.
    Result<Match> match(Method method, std::string_view path) const;

    std::vector<std::unique_ptr<Route>> const& routes() const { return routes_; }

  private:
    std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace securestack

#include "http/router_templates.hpp"
