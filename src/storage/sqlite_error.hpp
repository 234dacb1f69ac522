// SQLite's result codes as DatabaseError.
#pragma once

#include <string>
#include <unordered_map>

#include <sqlite3.h>

#include "storage/database.hpp"

namespace securestack::sqlite {

// SQLite tells which columns a duplicate has ("table.a, table.b"), not which index refused it. This finds the
// index; for a constraint without a name of its own, the name that PostgreSQL would give ("table_pkey",
// "table_a_b_key").
class ConstraintNames {
  public:
    std::string const& find(sqlite3* connection, std::string const& columns);

  private:
    std::unordered_map<std::string, std::string> known_;
};

// What went wrong last on `connection`. `names` may be null.
DatabaseError last_error(sqlite3* connection, ConstraintNames* names = nullptr);

}  // namespace securestack::sqlite
