#include "core/error.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <boost/assert/source_location.hpp>

namespace securestack {
namespace {

struct Entry {
    ErrorCode code;
    ErrorDescription description;
};

constexpr std::array table{
    Entry{ErrorCode::malformed, {400, "malformed", "The request cannot be read"}},
    Entry{ErrorCode::unauthenticated, {401, "unauthenticated", "Authentication is required"}},
    Entry{ErrorCode::invalid_credentials, {401, "invalid-credentials", "Wrong username or password"}},
    Entry{ErrorCode::invalid_token, {401, "invalid-token", "The token is not valid"}},
    Entry{ErrorCode::otp_required, {401, "otp-required", "A code of the second factor is required"}},
    Entry{ErrorCode::forbidden, {403, "forbidden", "The action is not allowed"}},
    Entry{ErrorCode::not_found, {404, "not-found", "Not found"}},
    Entry{ErrorCode::method_not_allowed, {405, "method-not-allowed", "The method is not allowed here"}},
    Entry{ErrorCode::not_acceptable, {406, "not-acceptable", "No acceptable representation"}},
    Entry{ErrorCode::request_timeout, {408, "request-timeout", "The request took too long to arrive"}},
    Entry{ErrorCode::conflict, {409, "conflict", "The request conflicts with the present state"}},
    Entry{ErrorCode::precondition_failed, {412, "precondition-failed", "The resource has changed"}},
    Entry{ErrorCode::content_too_large, {413, "content-too-large", "The content is too large"}},
    Entry{ErrorCode::uri_too_long, {414, "uri-too-long", "The address is too long"}},
    Entry{ErrorCode::unsupported_media_type,
          {415, "unsupported-media-type", "The media type is not supported"}},
    Entry{ErrorCode::invalid, {422, "invalid", "The values are not valid"}},
    Entry{ErrorCode::too_many_requests, {429, "too-many-requests", "Too many requests"}},
    Entry{ErrorCode::header_too_large, {431, "header-too-large", "The request header is too large"}},
    Entry{ErrorCode::internal, {500, "internal", "Internal error"}},
    Entry{ErrorCode::unavailable, {503, "unavailable", "The service is not available now"}},
    Entry{ErrorCode::version_not_supported,
          {505, "version-not-supported", "The HTTP version is not supported"}},
};

constexpr bool in_order_and_complete() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].code) != i) return false;
    return table.size() == static_cast<std::size_t>(ErrorCode::version_not_supported) + 1;
}
static_assert(in_order_and_complete(), "one entry per ErrorCode, in the order of the enumeration");

}  // namespace

ErrorDescription const& describe(ErrorCode code) {
    return table.at(std::to_underlying(code)).description;
}

Problem::Problem(std::vector<FieldError> all)
    : code(ErrorCode::invalid),
      detail(all.size() == 1 ? "One value is not valid: see errors."
                             : std::to_string(all.size()) + " values are not valid: see errors."),
      errors(std::move(all)) {}

void throw_exception_from_error(Problem const& problem, boost::source_location const& where) {
    throw std::logic_error("a failed Result was used as a value at " + where.to_string() + ": " +
                           problem.detail);
}

}  // namespace securestack
