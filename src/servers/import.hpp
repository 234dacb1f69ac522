// Many servers from one file: all of them, or none and what is wrong with each line. Private to this folder.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/object.hpp>

#include "audit/audit.hpp"
#include "core/error.hpp"
#include "servers/server.hpp"

namespace securestack {

struct ImportResult {
    std::int64_t created = 0;  // with dry_run: that would have been
    bool dry_run = false;
};
template <>
Schema const& schema_of<ImportResult>();

inline constexpr std::int64_t most_imported_servers = 100'000;
inline constexpr std::size_t most_import_errors = 100;

// What is wrong with a file: the pointer of each error begins with the line ("/17/name"). Bounded.
class ImportErrors {
  public:
    void add(std::size_t line, std::string_view pointer, std::string_view code, std::string_view detail);
    void add(std::size_t line, Problem const& problem);
    bool empty() const { return errors_.empty(); }
    bool full() const { return errors_.size() >= most_import_errors; }
    Problem problem() &&;

  private:
    std::vector<FieldError> errors_;
};

// Reads a file of servers and calls `each` with the members of each row and its line; what cannot be read
// goes into `errors`. Ends early when they are full or `each` returns false. Members that a client cannot set
// (an export has them: id, created_at, …) are left out.
using EachRow = std::function<bool(std::size_t line, boost::json::object const& members)>;
void read_csv_servers(std::string_view text, ImportErrors& errors, EachRow const& each);
void read_ndjson_servers(std::string_view text, ImportErrors& errors, EachRow const& each);

// Takes rows, and writes them some at a time.
class ServerImport {
  public:
    ServerImport(Tx& tx, Context const& context, ImportErrors& errors);
    void add(std::size_t line, boost::json::object const& members);
    std::int64_t finish();  // how many were written

  private:
    struct Row {
        std::size_t line = 0;
        Server server;
    };
    void flush();
    void report_duplicate(Row const& row);

    Tx& tx_;
    Context const& context_;
    ImportErrors& errors_;
    std::vector<Row> waiting_;
    std::int64_t written_ = 0;
    // Where a name was first seen: only names the line for somebody whom the database has told of a
    // duplicate.
    std::unordered_map<std::size_t, std::size_t> lines_;
};

}  // namespace securestack
