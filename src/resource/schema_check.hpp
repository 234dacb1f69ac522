// Compares a document's definition with the table that the migrations made.
#pragma once

#include <string>
#include <vector>

#include "resource/field.hpp"
#include "storage/database.hpp"

namespace securestack {

// One sentence per difference: a column that is missing, of another type, nullable where the member is not
// (or the reverse), or that no field has; an index of texts that only one of them knows. Empty when they
// agree.
std::vector<std::string> check_table(Database& database, Schema const& schema);

}  // namespace securestack
