// A request and a response as the product sees them: no socket, no parser, no SQL.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/address.hpp"
#include "core/error.hpp"
#include "core/id.hpp"
#include "core/spool.hpp"
#include "resource/query.hpp"
#include "storage/database.hpp"

namespace securestack {

// `other` is any method that no route has.
enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };
inline constexpr std::size_t method_count = 8;
inline constexpr std::string_view all_methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
std::string_view to_string(Method method);
Method parse_method(std::string_view text);

// Names compare without regard to case; order is kept.
class Headers {
  public:
    void add(std::string name, std::string value);
    void set(std::string_view name, std::string value);                // replaces every one of this name
    std::optional<std::string_view> get(std::string_view name) const;  // the first
    std::string joined(std::string_view name) const;                   // all of this name, separated by ", "
    std::size_t count(std::string_view name) const;
    auto begin() const { return all_.begin(); }
    auto end() const { return all_.end(); }

  private:
    std::vector<std::pair<std::string, std::string>> all_;
};

struct Request {
    Method method = Method::get;
    std::string target;     // as received: "/api/servers?limit=2"
    std::string path;       // decoded but for %2F, which is no separator
    std::string raw_query;  // as received, without '?'
    Headers headers;
    std::string body;                             // empty when it is in `spool`
    Address client;                               // behind trusted proxies: the client that they name
    bool secure = false;                          // came by TLS, here or at a trusted proxy
    std::string id;                               // X-Request-Id, given or made
    std::shared_ptr<void const> body_lease = {};  // the body's share of the server's memory
    std::shared_ptr<Spool const> spool =
        {};  // a body that is too large to be held, where a route takes files
    // Requested when nobody waits for the answer any more; of routes that take files only.
    std::stop_source stop{std::nostopstate};

    // The body, wherever it is.
    std::string_view content() const { return spool ? spool->view() : std::string_view{body}; }
    // The same, a piece after the other: no more than one of a spooled body is in memory.
    void each_piece(std::function<void(std::string_view piece)> const& take) const;
    // What was read of `content` need not stay in memory.
    void let_go() const;

    // The decoded query; Problem `malformed` for a bad escape or invalid UTF-8.
    Result<QueryParameters> query() const;
};

// Produces a body a piece at a time, each on a database thread: appends to `out`, false when that was the
// last piece.
using BodyStream = std::function<bool(Tx& tx, std::string& out)>;

// Thrown by a BodyStream whose caller may not have the rest.
class StreamRefused : public std::exception {
  public:
    explicit StreamRefused(Problem problem) : problem_(std::move(problem)) {}
    Problem const& problem() const { return problem_; }
    char const* what() const noexcept override { return problem_.detail.c_str(); }

  private:
    Problem problem_;
};

struct Route;

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    // Used instead of `body` when not empty: memory that outlives the program's use of it.
    std::string_view static_body = {};
    std::shared_ptr<BodyStream> stream;  // used instead of both when set: chunked

    // Whose answer it is, for the access log and the metrics; the dispatcher tells.
    Route const* route = nullptr;  // null when none matched
    Id user{};                     // nil when anonymous or not known

    std::string_view content() const { return static_body.empty() ? std::string_view{body} : static_body; }
};

Response json_response(int status, std::string body);
Response text_response(int status, std::string_view content_type, std::string body);

// RFC 9457. `instance` is the request's path. Sets what the status asks for: Allow, Retry-After,
// WWW-Authenticate.
Response problem_response(Problem const& problem, std::string_view instance, std::string_view request_id);

}  // namespace securestack
