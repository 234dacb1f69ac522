// The table of routes. Built once at start, then read by all threads.
#pragma once

#include <array>
#include <functional>
#include <memory>
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
    RouteRef& summary(std::string text) { return route_.doc.summary = std::move(text), *this; }
    RouteRef& description(std::string text) { return route_.doc.description = std::move(text), *this; }
    RouteRef& operation(std::string id) { return route_.doc.id = std::move(id), *this; }
    RouteRef& tag(std::string text) { return route_.doc.tag = std::move(text), *this; }
    RouteRef& answers(int status) { return route_.doc.problems.push_back(status), *this; }
    // What the handler asks of the caller about the one object that the route is about: `reaches` it, or that
    // it is the caller's own, whatever its role.
    RouteRef& reach(Reach needed) { return route_.reach = needed, *this; }
    RouteRef& own() { return route_.own = true, *this; }
    RouteRef& body_limit(std::size_t bytes) { return route_.body_limit = bytes, *this; }
    // Allows one more query parameter (lists have those of their fields); the handler, or the scope of a
    // list, reads it from the request.
    RouteRef& query(std::string name, std::string text, bool required = false) {
        return route_.doc.query.push_back({std::move(name), std::move(text), required}), *this;
    }
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

    Router();
    ~Router();
    Router(Router const&) = delete;
    Router& operator=(Router const&) = delete;

    // `pattern` is absolute: "/api/servers/{id}". `handler` is a function as handler.hpp describes.
    template <class H>
    RouteRef get(std::string pattern, AccessRule access, H handler);
    // A GET that reads no more than rows that an index leads to.
    template <class H>
    RouteRef look_up(std::string pattern, AccessRule access, H handler);
    template <class H>
    RouteRef post(std::string pattern, AccessRule access, H handler);
    template <class H>
    RouteRef put(std::string pattern, AccessRule access, H handler);
    template <class H>
    RouteRef patch(std::string pattern, AccessRule access, H handler);
    template <class H>
    RouteRef del(std::string pattern, AccessRule access, H handler);

    // A list of T: JSON pages, CSV and NDJSON exports by Accept. `scope` is
    // Result<Scope>(Tx&, Context const&, Id…), or Result<Sql>: the rows that the caller may see.
    template <class T, class S>
    RouteRef list(std::string pattern, AccessRule access, S scope);

    // Told of each list that is about to leave as a whole (CSV, NDJSON), once its scope stands, in a write
    // transaction; when it throws, nothing leaves. Set before the first request.
    std::function<void(Tx& tx, Context const& context, Schema const& schema)> record_export;

    // Three steps, for work that must hash a password between two transactions:
    //   prepare: Result<State>(Tx&, Context const&, Id…, Body const&)  write transaction, committed; with
    //            Result<Committed<State>> a refusal is committed too
    //   compute: void(State&)                                          cpu pool
    //   finish:  Result<Answer>(Tx&, Context const&, State const&)     write transaction
    template <class P, class C, class F>
    RouteRef staged(Method method, std::string pattern, AccessRule access, P prepare, C compute, F finish);

    // A route outside the typed forms (health, metrics, static files): on the I/O thread, must not block. Not
    // part of the OpenAPI document unless its `in_api` is set.
    RouteRef plain(Method method, std::string pattern, AccessRule access,
                   std::function<Response(Context const&)> handler);

    RouteRef add(Route route);  // throws std::logic_error for a duplicate or a malformed pattern

    // HEAD matches GET; a literal segment beats a parameter; one trailing slash means nothing. Problem
    // `not_found`, or `method_not_allowed` with the methods that exist (in `allow`).
    Result<Match> match(Method method, std::string_view path) const;

    std::vector<std::unique_ptr<Route>> const& routes() const { return routes_; }

  private:
    struct Node;
    struct Captured;
    Node& grow(std::string_view pattern);
    static Node const* walk(Node const& node, std::string_view rest, Captured& captured);

    template <class H>
    RouteRef handle(Method method, Where where, std::string pattern, AccessRule access, H handler);

    std::unique_ptr<Node> root_;
    std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace securestack

#include "http/router_templates.hpp"
