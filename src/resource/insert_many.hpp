// Many rows in one statement, for files and their records.
#pragma once

#include <span>
#include <vector>

#include "resource/field.hpp"
#include "storage/database.hpp"

namespace securestack {

// Writes the objects, all of the schema's struct. What would hit a unique index, also one of the others, is
// left out: the ids of what was written. A statement has at most 32,766 parameters: so many columns in all.
std::vector<Id> insert_new_rows(Tx& tx, Schema const& schema, std::span<void const* const> objects);

}  // namespace securestack
