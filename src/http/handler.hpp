// From a plain function to a Route. A handler's signature says all:
//
//   Result<Created<Server>> create_server(Tx&, Context const&, Server const& draft);
//   Result<Entity<Server>>  get_server(Tx&, Context const&, Id id);
//   Result<Entity<Server>>  patch_server(Tx&, Context const&, Id id, Patch<Server> const& patch);
//   Result<NoContent>       delete_server(Tx&, Context const&, Id id);
//
// Id arguments are the {parameters} of the pattern, in order (a text that is no id answers 404); a document argument is the
// decoded body, Patch<T> a merge patch for one, Replacement<T> a PUT. GET runs in a read transaction, the rest in a write one. Any
// callable of such a signature will do (a lambda, std::bind_front of a member function wrapped in a lambda).
#pragma once

#include <optional>
#include <tuple>
#include <type_traits>

#include "http/route.hpp"
#include "resource/document.hpp"

namespace securestack {

// Success answers. Each knows its status, its body and its schema.
template <class T>
struct Entity {  // 200; ETag when T has a version; If-None-Match is answered by the dispatcher
    T value;
};
template <class T>
struct Created {  // 201 + Location + ETag
    T value;
    std::string location;
};
struct NoContent {};  // 204

template <class T>
class Patch {
  public:
    explicit Patch(boost::json::value document) : document_(std::move(document)) {}
    Result<T> apply(T const& current) const { return patched(current, document_); }

  private:
    boost::json::value document_;
};

template <class T>
class Replacement {
  public:
    explicit Replacement(boost::json::value document) : document_(std::move(document)) {}
    Result<T> apply(T const& current) const { return replaced(current, document_); }

  private:
    boost::json::value document_;
};

// A handler that answers differently in shape returns Result<Response> and describes itself by hand.

// Binding, in handler_binding.hpp's words: `Argument<A>` turns a request into an argument, `Answer<R>` an answer
// into a Response and its documentation.
}  // namespace securestack
