#include "storage/postgres_error.hpp"

#include <algorithm>
#include <array>

namespace securestack::postgres {
namespace {

using Kind = DatabaseError::Kind;

struct State {
    std::string_view prefix;  // of the SQLSTATE
    Kind kind;
};

constexpr std::string_view feature_not_supported = "0A000";

// The first that fits counts. https://www.postgresql.org/docs/15/errcodes-appendix.html
constexpr std::array states{
    State{"23505", Kind::unique},
    State{"23P01", Kind::unique},  // exclusion
    State{"23503", Kind::foreign_key},
    State{"23001", Kind::foreign_key},  // RESTRICT
    State{"23", Kind::check},
    State{"40001", Kind::serialization},
    State{"40P01", Kind::serialization},                // deadlock
    State{"55P03", Kind::serialization},                // a lock was not to be had
    State{feature_not_supported, Kind::serialization},  // is_outdated_statement
    State{"57014", Kind::interrupted},
    State{"57P", Kind::unavailable},  // shutting down, starting up
    State{"08P01", Kind::other},      // the wrong number of parameters
    State{"08", Kind::unavailable},
    State{"53100", Kind::full},
    State{"53", Kind::unavailable},     // too many connections, out of memory
    State{"58", Kind::full},            // I/O error
    State{"28", Kind::unavailable},     // refused the login
    State{"3D000", Kind::unavailable},  // no such database
    State{"25006", Kind::unavailable},  // read-only: a standby, or a primary that was demoted
    State{"XX", Kind::unavailable},     // damaged data
};

std::string field(PGresult const* result, int code) {
    auto const* value = PQresultErrorField(result, code);
    return value == nullptr ? std::string{} : value;
}

}  // namespace

DatabaseError error_of(PGresult const* result) {
    auto const code = field(result, PG_DIAG_SQLSTATE);
    auto const message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (code.empty()) return connection_lost(message.empty() ? PQresultErrorMessage(result) : message);
    auto const* state =
        std::ranges::find_if(states, [&](State const& known) { return code.starts_with(known.prefix); });
    auto const kind = state == states.end() ? Kind::other : state->kind;
    return {kind, message + " (SQLSTATE " + code + ")", field(result, PG_DIAG_CONSTRAINT_NAME)};
}

bool is_outdated_statement(PGresult const* result) {
    return field(result, PG_DIAG_SQLSTATE) == feature_not_supported;
}

DatabaseError connection_lost(std::string const& detail) {
    return {Kind::unavailable, "the connection to the database was lost: " + detail};
}

}  // namespace securestack::postgres
