#include "storage/sqlite_error.hpp"

#include <memory>
#include <vector>

namespace securestack::sqlite {
namespace {

using Kind = DatabaseError::Kind;

Kind kind_of(int code) {
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return Kind::unique;
        case SQLITE_CONSTRAINT_FOREIGNKEY:
        case SQLITE_CONSTRAINT_TRIGGER:
            return Kind::foreign_key;
        default:
            break;
    }
    switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
            return Kind::check;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return Kind::serialization;
        case SQLITE_INTERRUPT:
            return Kind::interrupted;
        case SQLITE_FULL:
        case SQLITE_IOERR:
            return Kind::full;
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:  // the file system was mounted read-only, or the file was moved away
        case SQLITE_PROTOCOL:  // another process kept the log's lock
        case SQLITE_NOMEM:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return Kind::unavailable;
        default:
            return Kind::other;
    }
}

std::string_view after(std::string_view message, std::string_view prefix) {
    auto const found = message.find(prefix);
    return found == message.npos ? std::string_view{} : message.substr(found + prefix.size());
}

struct Index {
    std::string name;
    std::string origin;  // "c": CREATE INDEX, "u": UNIQUE in the table, "pk"
    std::string columns;
};

std::string text_of(sqlite3_stmt* statement, int column) {
    auto const* text = sqlite3_column_text(statement, column);
    return text == nullptr ? std::string{} : reinterpret_cast<char const*>(text);
}

std::vector<Index> unique_indexes(sqlite3* connection, std::string const& table) {
    constexpr std::string_view sql =
        "SELECT l.name, l.origin, i.name FROM pragma_index_list(?1) l, pragma_index_info(l.name) i "
        "WHERE l.\"unique\" ORDER BY l.seq, i.seqno";
    sqlite3_stmt* raw = nullptr;
    sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
    std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> const statement{raw, &sqlite3_finalize};
    std::vector<Index> found;
    if (!statement) return found;
    sqlite3_bind_text(raw, 1, table.data(), static_cast<int>(table.size()), SQLITE_STATIC);
    while (sqlite3_step(raw) == SQLITE_ROW) {
        auto name = text_of(raw, 0);
        if (found.empty() || found.back().name != name) found.push_back({name, text_of(raw, 1), ""});
        auto& columns = found.back().columns;
        if (!columns.empty()) columns += ", ";
        columns += table + '.' + text_of(raw, 2);
    }
    return found;
}

std::string implicit_name(std::string const& table, std::string const& columns) {
    std::string name = table;
    for (std::size_t at = 0; at < columns.size();) {
        auto const end = std::min(columns.find(", ", at), columns.size());
        name += '_' + columns.substr(at + table.size() + 1, end - at - table.size() - 1);
        at = end + 2;
    }
    return name + "_key";
}

std::string explain(sqlite3* connection, int code) {
    std::string message = sqlite3_errmsg(connection);
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return message + ": the file is damaged or not a SecureStack database; restore it from a backup";
        case SQLITE_CANTOPEN:
            return message + ": check that the directory exists and may be written by this user";
        case SQLITE_BUSY:
            return message + ": another process holds the database";
        case SQLITE_INTERRUPT:
            return "the statement ran past its deadline";
        case SQLITE_IOERR:
            return message + ": check that the disk is not full";
        default:
            return message;
    }
}

}  // namespace

std::string const& ConstraintNames::find(sqlite3* connection, std::string const& columns) {
    if (auto const known = known_.find(columns); known != known_.end()) return known->second;
    auto const table = columns.substr(0, columns.find('.'));
    std::string name = table + "_pkey";  // a rowid key has no index
    for (auto const& index : unique_indexes(connection, table)) {
        if (index.columns != columns) continue;
        if (index.origin == "c") name = index.name;
        if (index.origin == "u") name = implicit_name(table, columns);
        break;
    }
    return known_.emplace(columns, std::move(name)).first->second;
}

DatabaseError last_error(sqlite3* connection, ConstraintNames* names) {
    auto const code = sqlite3_extended_errcode(connection);
    auto const kind = kind_of(code);
    std::string const message = sqlite3_errmsg(connection);
    std::string constraint;
    if (auto const failed = after(message, "UNIQUE constraint failed: ");
        kind == Kind::unique && !failed.empty()) {
        if (auto const index = after(failed, "index '"); !index.empty()) {
            constraint = index.substr(0, index.size() - 1);
        } else if (names != nullptr) {
            constraint = names->find(connection, std::string{failed});
            return {kind, message, constraint};
        }
    } else if (auto const check = after(message, "CHECK constraint failed: "); !check.empty()) {
        constraint = check;
    }
    return {kind, explain(connection, code), constraint};
}

}  // namespace securestack::sqlite
