// What can go wrong in a way that a caller can expect: `Problem`, and `Result<T>` that carries a T or a
// Problem. Broken assumptions are exceptions. RFC 9457 gives the form in which a client sees a Problem.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

namespace securestack {

// Every kind of failure that the API can answer with. `describe` maps it to status, title and type.
enum class ErrorCode {
    malformed,               // 400: not readable (JSON, header, query parameter)
    unauthenticated,         // 401
    invalid_credentials,     // 401: login with a wrong name or password
    invalid_token,           // 401: a token that is malformed, expired, revoked or for something else
    otp_required,            // 401: the password was right; a code of the second factor is missing
    forbidden,               // 403: a known object, the action is not allowed
    not_found,               // 404: absent, or not the caller's to see
    method_not_allowed,      // 405
    not_acceptable,          // 406
    request_timeout,         // 408
    conflict,                // 409: duplicate, or a transition that is not allowed
    precondition_failed,     // 412: If-Match names another version
    content_too_large,       // 413
    uri_too_long,            // 414
    unsupported_media_type,  // 415
    invalid,                 // 422: readable, but the values are not valid
    too_many_requests,       // 429
    header_too_large,        // 431
    internal,                // 500
    unavailable,             // 503: overload, draining, or the database is away
    version_not_supported    // 505
};

struct ErrorDescription {
    int status;
    std::string_view slug;  // the problem's `type` is the relative reference "/problems/<slug>"
    std::string_view title;
};

// The one table from code to what a client sees.
ErrorDescription const& describe(ErrorCode code);

// One failure inside a document. `pointer` is an RFC 6901 JSON pointer ("/labels/team"); for a query
// parameter or header it is that name. `code` is stable for machines, `detail` says what would be right.
struct FieldError {
    std::string pointer;
    std::string code;
    std::string detail;

    bool operator==(FieldError const&) const = default;
};

class Problem {
  public:
    Problem() = default;
    Problem(ErrorCode what, std::string why) : code(what), detail(std::move(why)) {}
    Problem(std::vector<FieldError> all);  // 422 with all of them

    int status() const { return describe(code).status; }

    ErrorCode code = ErrorCode::internal;
    std::string detail;
    std::vector<FieldError> errors;
    std::optional<std::chrono::seconds> retry_after;
    std::string allow;  // 405: the methods, comma separated
};

template <class T>
using Result = boost::system::result<T, Problem>;

// Called by Result::value() on a Problem: using the value without a check is a broken assumption.
[[noreturn]] void throw_exception_from_error(Problem const& problem, boost::source_location const& where);

}  // namespace securestack
