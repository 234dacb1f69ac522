// The usual routes of one kind of object: a list, new ones, and each at its own address.
//
//   Collection servers{router,
//                      {.address = "/api/servers",
//                       .tag = "Servers",
//                       .operation = {"Server", "Servers"},
//                       .words = {"server", "servers"},
//                       .reading = Permission::servers_read,
//                       .writing = Permission::servers_write}};
//   servers.list<Server>(readable);
//   servers.create(create_server).description("…");
//
// adds GET /api/servers (listServers: "The servers that you may see"), POST /api/servers (createServer: "Add
// a server") and so on. What is said of a route afterwards replaces what it begins with.
#pragma once

#include <string>
#include <string_view>

#include "http/router.hpp"

namespace securestack {

struct Noun {
    std::string_view one;
    std::string_view many;
};

struct CollectionOf {
    std::string_view address;  // one of them is at "<address>/{id}"
    std::string_view tag;
    Noun operation;  // as in "createServer", "listServers"
    Noun words;      // as in "Add a server"
    Permission reading = Permission::account;
    Permission writing = Permission::account;
    Reach changing = Reach::operate;  // what replacing and updating one takes; to remove it takes `manage`
};

class Collection {
  public:
    Collection(Router& router, CollectionOf const& what) : router_(router), what_(what) {}

    template <class T, class S>
    RouteRef list(S scope) {
        return named(router_.list<T>(all(), allow(what_.reading), std::move(scope)),
                     "list" + std::string{what_.operation.many},
                     "The " + std::string{what_.words.many} + " that you may see");
    }
    template <class H>
    RouteRef create(H handler) {
        return of_one(router_.post(all(), allow(what_.writing), std::move(handler)), "create", "Add " + a());
    }
    template <class H>
    RouteRef get(H handler) {
        return of_one(router_.look_up(one(), allow(what_.reading), std::move(handler)), "get",
                      "One " + std::string{what_.words.one})
            .reach(Reach::read);
    }
    template <class H>
    RouteRef replace(H handler) {
        return changing(router_.put(one(), allow(what_.writing), std::move(handler)), "replace",
                        "Replace " + a() + ": what is left out takes its default");
    }
    template <class H>
    RouteRef update(H handler) {
        return changing(router_.patch(one(), allow(what_.writing), std::move(handler)), "update",
                        "Change " + a() + " (RFC 7396 merge patch)");
    }
    template <class H>
    RouteRef remove(H handler) {
        return of_one(router_.del(one(), allow(what_.writing), std::move(handler)), "delete", "Delete " + a())
            .reach(Reach::manage);
    }
    // POST <address>/{id}/<verb>: something else that is done to one. It has no summary yet.
    template <class H>
    RouteRef act(std::string const& verb, H handler) {
        return of_one(router_.post(one() + "/" + verb, allow(what_.writing), std::move(handler)), verb, "")
            .reach(what_.changing);
    }

  private:
    std::string all() const { return std::string{what_.address}; }
    std::string one() const { return all() + "/{id}"; }
    std::string a() const;  // "a server", "an incident"

    RouteRef named(RouteRef route, std::string operation, std::string summary) const;
    RouteRef of_one(RouteRef route, std::string const& verb, std::string summary) const;
    RouteRef changing(RouteRef route, std::string const& verb, std::string summary) const;

    Router& router_;
    CollectionOf what_;
};

}  // namespace securestack
