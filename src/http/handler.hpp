// From a plain function to a Route. A handler's signature says all:
//
//   Result<Created<Server>> create_server(Tx&, Context const&, Server const& draft);
//   Result<Shown<Server>>   get_server(Tx&, Context const&, Id id);
//   Result<Entity<Server>>  patch_server(Tx&, Context const&, Id id, Patch<Server> const& patch);
//   Result<NoContent>       delete_server(Tx&, Context const&, Id id);
//
// Id arguments are the {parameters} of the pattern, in order (a text that is no id answers 404), std::string
// arguments those that are no ids; a document argument is the decoded body (std::optional<T>: there may be
// none; Draft<T>: it may have faults, to which the handler adds), Patch<T> a merge patch for one,
// Replacement<T> a PUT. GET runs in a read transaction, the rest in a write one, which must leave an audit
// record (Tx::audited) when it succeeds. Any callable of such a signature will do (a function, a lambda); it
// is copied, and called by all threads.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "http/route.hpp"
#include "resource/document.hpp"
#include "resource/shown.hpp"

namespace securestack {

// Success answers. Each knows its status, its body and its schema. A handler that answers differently in
// shape returns Result<Response> and describes itself by RouteRef.
template <class T>
struct Entity {  // 200; ETag when T has a version, and then 304 on a GET whose If-None-Match names it
    T value;
};
template <class T>
struct Created {  // 201 + Location + ETag
    T value;
    std::string location;
};
struct NoContent {};  // 204
// Shown<T> (resource/shown.hpp): 200 like Entity<T>, for a stored row that is answered as it is

// A refusal that must leave traces (a count, the record of a failed login): returned in a
// Result<Committed<A>>, it is answered like any Problem, but its transaction is committed.
struct Refusal {
    Problem problem;
};
template <class A>
class Committed {
  public:
    Committed(A answer) : outcome_(std::in_place_index<0>, std::move(answer)) {}
    Committed(Refusal refusal) : outcome_(std::in_place_index<1>, std::move(refusal.problem)) {}

    // With header fields that go with the answer, whichever it is.
    Committed with(Headers headers) && {
        headers_ = std::move(headers);
        return std::move(*this);
    }

    A const* answer() const { return std::get_if<0>(&outcome_); }
    A* answer() { return std::get_if<0>(&outcome_); }
    Problem const* problem() const { return std::get_if<1>(&outcome_); }
    Headers const& headers() const { return headers_; }

  private:
    std::variant<A, Problem> outcome_;
    Headers headers_;
};

template <class T>
class Patch {
  public:
    explicit Patch(boost::json::value document) : document_(std::move(document)) {}
    Draft<T> draft(T const& current) const { return patched(current, document_); }
    Result<T> apply(T const& current) const { return faultless(draft(current)); }
    boost::json::value const& document() const { return document_; }

  private:
    boost::json::value document_;
};

template <class T>
class Replacement {
  public:
    explicit Replacement(boost::json::value document) : document_(std::move(document)) {}
    Draft<T> draft(T const& current) const { return replaced(current, document_); }
    Result<T> apply(T const& current) const { return faultless(draft(current)); }
    boost::json::value const& document() const { return document_; }

  private:
    boost::json::value document_;
};

}  // namespace securestack
