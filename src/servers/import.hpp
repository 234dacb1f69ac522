// Many servers from one file: all of them, or none and what is wrong with each line. Private to this folder.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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
// Bytes of a line of NDJSON: as many as one server sent by itself may have, far more than any has.
inline constexpr std::size_t longest_import_line = std::size_t{1024} * 1024;

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

// A row of the file that is a server by itself.
struct ImportRow {
    std::size_t line = 0;
    Server server;
};

// Takes rows some at a time.
class RowBatches {
  public:
    RowBatches(Tx& tx, Context const& context, ImportErrors& errors);
    virtual ~RowBatches() = default;
    RowBatches(RowBatches const&) = delete;
    RowBatches& operator=(RowBatches const&) = delete;

    void add(std::size_t line, boost::json::object const& members);
    std::int64_t finish();  // how many were taken

  protected:
    // How many of them there was nothing against; what there was goes into `errors`.
    virtual std::int64_t take(std::vector<ImportRow> const& rows) = 0;
    void report_duplicate(ImportRow const& row, std::optional<std::size_t> first_line = {});

    Tx& tx_;
    Context const& context_;
    ImportErrors& errors_;

  private:
    void flush();

    std::vector<ImportRow> waiting_;
    std::int64_t taken_ = 0;
};

// Looks whether each row can be imported, and writes nothing.
class ImportCheck final : public RowBatches {
  public:
    using RowBatches::RowBatches;

  private:
    std::int64_t take(std::vector<ImportRow> const& rows) override;

    // A digest of owner and name, which are as long as they like, to the line where they came first.
    std::unordered_map<Id, std::size_t> lines_;
};

// Writes each row, and its record.
class ServerImport final : public RowBatches {
  public:
    using RowBatches::RowBatches;

  private:
    std::int64_t take(std::vector<ImportRow> const& rows) override;
};

}  // namespace securestack
