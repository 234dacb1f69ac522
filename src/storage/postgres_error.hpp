// PostgreSQL's SQLSTATE as DatabaseError.
#pragma once

#include <string>

#include <libpq-fe.h>

#include "storage/database.hpp"

namespace securestack::postgres {

DatabaseError error_of(PGresult const* result);

// The schema has changed under a prepared statement, which fails until it is prepared anew.
bool is_outdated_statement(PGresult const* result);

// The connection is of no more use. What the server did with a COMMIT that was under way is not known.
DatabaseError connection_lost(std::string const& detail);

}  // namespace securestack::postgres
