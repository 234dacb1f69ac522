#include "servers/import.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "audit/creation_records.hpp"
#include "crypto/digest.hpp"
#include "resource/document.hpp"
#include "resource/insert_many.hpp"
#include "resource/sql.hpp"
#include "servers/rules.hpp"

namespace securestack {
namespace {

constexpr std::size_t rows_at_a_time = 100;

using OwnedName = std::pair<Id, std::string>;

Id name_key(Server const& server) {
    Sha256 text;
    text.add(server.owner.bytes);
    text.add(bytes_of(server.name));
    auto const digest = text.digest();
    Id key;
    std::copy_n(digest.begin(), key.bytes.size(), key.bytes.begin());
    return key;
}

// Those of the rows' names that their owners have given already.
std::set<OwnedName> taken_names(Tx& tx, std::vector<ImportRow> const& rows) {
    std::map<Id, std::vector<std::string_view>> wanted;
    for (auto const& row : rows) wanted[row.server.owner].push_back(row.server.name);
    std::set<OwnedName> taken;
    for (auto const& [owner, names] : wanted) {
        Sql sql;
        sql.add("SELECT name FROM servers WHERE deleted_at IS NULL AND owner = ").bind(owner);
        sql.add(" AND name IN (");
        for (bool first = true; auto const name : names)
            sql.add(std::exchange(first, false) ? "" : ", ").bind(name);
        sql.add(")");
        tx.query(sql.text(), sql.params(),
                 [&](Row const& row) { taken.emplace(owner, std::string{row.text(0)}); });
    }
    return taken;
}

}  // namespace

template <>
Schema const& schema_of<ImportResult>() {
    static constexpr auto fields =
        fields_of<ImportResult>(field<&ImportResult::created>("created")
                                    .read_only()
                                    .doc("How many servers were created; with `dry_run`, would have been.")
                                    .sample("120"),
                                field<&ImportResult::dry_run>("dry_run").read_only());
    static constexpr Schema schema{.name = "ImportResult", .fields = fields};
    return schema;
}

void ImportErrors::add(std::size_t line, std::string_view pointer, std::string_view code,
                       std::string_view detail) {
    if (full()) return;
    auto const number = std::to_string(line);
    errors_.push_back({"/" + number + std::string{pointer}, std::string{code},
                       "line " + number + ": " + std::string{detail}});
}

void ImportErrors::add(std::size_t line, Problem const& problem) {
    if (problem.errors.empty()) add(line, "", "invalid", problem.detail);
    for (auto const& error : problem.errors) add(line, error.pointer, error.code, error.detail);
}

Problem ImportErrors::problem() && {
    Problem problem{std::move(errors_)};
    problem.detail = "Nothing was imported: " + std::to_string(problem.errors.size()) +
                     (problem.errors.size() < most_import_errors ? "" : " or more") +
                     (problem.errors.size() == 1 ? " value is" : " values are") +
                     " not valid; see errors. Each pointer begins with the number of the line.";
    return problem;
}

RowBatches::RowBatches(Tx& tx, Context const& context, ImportErrors& errors)
    : tx_(tx), context_(context), errors_(errors) {
    waiting_.reserve(rows_at_a_time);
}

void RowBatches::add(std::size_t line, boost::json::object const& members) {
    auto server = completed(tx_, context_, draft_from<Server>(members), Origin::file);
    if (!server) return errors_.add(line, server.error());
    waiting_.push_back({line, *std::move(server)});
    if (waiting_.size() == rows_at_a_time) flush();
}

std::int64_t RowBatches::finish() {
    flush();
    return taken_;
}

void RowBatches::flush() {
    if (!waiting_.empty()) taken_ += take(waiting_);
    waiting_.clear();
    context_.request.let_go();
}

void RowBatches::report_duplicate(ImportRow const& row, std::optional<std::size_t> first_line) {
    errors_.add(row.line, "/name", "duplicate",
                first_line ? "the owner has a server with this name on line " + std::to_string(*first_line)
                           : "the owner already has a server with this name");
}

std::int64_t ImportCheck::take(std::vector<ImportRow> const& rows) {
    std::int64_t fresh = 0;
    auto const taken = taken_names(tx_, rows);
    for (auto const& row : rows) {
        auto const [first, is_first] = lines_.try_emplace(name_key(row.server), row.line);
        if (!is_first) {
            report_duplicate(row, first->second);
        } else if (taken.contains({row.server.owner, row.server.name})) {
            report_duplicate(row);
        } else {
            ++fresh;
        }
    }
    return fresh;
}

std::int64_t ServerImport::take(std::vector<ImportRow> const& rows) {
    std::vector<void const*> objects;
    objects.reserve(rows.size());
    for (auto const& row : rows) objects.push_back(&row.server);
    std::set<Id> written;
    for (auto const id : insert_new_rows(tx_, schema_of<Server>(), objects)) written.insert(id);
    CreationRecords records{tx_, context_, "server.create"};
    for (auto const& row : rows) {
        if (!written.contains(row.server.id)) {
            report_duplicate(row);
        } else if (errors_.empty()) {
            records.add(row.server);
        }
    }
    records.write();
    return std::ssize(objects);
}

}  // namespace securestack
