#include "servers/import.hpp"

#include <set>

#include "audit/creation_records.hpp"
#include "resource/insert_many.hpp"
#include "servers/rules.hpp"

namespace securestack {
namespace {

constexpr std::size_t rows_at_a_time = 100;

std::size_t name_hash(Server const& server) {
    return std::hash<Id>{}(server.owner) ^ std::hash<std::string>{}(server.name);
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
                     " values are not valid; see errors. Each pointer begins with the number of the line.";
    return problem;
}

ServerImport::ServerImport(Tx& tx, Context const& context, ImportErrors& errors)
    : tx_(tx), context_(context), errors_(errors) {
    waiting_.reserve(rows_at_a_time);
}

void ServerImport::add(std::size_t line, boost::json::object const& members) {
    auto draft = decode<Server>(members);
    if (!draft) return errors_.add(line, draft.error());
    auto server = completed(tx_, context_, *std::move(draft));
    if (!server) return errors_.add(line, server.error());
    waiting_.push_back({line, *std::move(server)});
    if (waiting_.size() == rows_at_a_time) flush();
}

std::int64_t ServerImport::finish() {
    flush();
    return written_;
}

void ServerImport::flush() {
    if (waiting_.empty()) return;
    std::vector<void const*> objects;
    for (auto const& row : waiting_) objects.push_back(&row.server);
    std::set<Id> written;
    for (auto const id : insert_new_rows(tx_, schema_of<Server>(), objects)) written.insert(id);
    CreationRecords records{tx_, context_, "server.create"};
    for (auto const& row : waiting_) {
        if (!written.contains(row.server.id)) {
            report_duplicate(row);
            continue;
        }
        lines_.try_emplace(name_hash(row.server), row.line);
        if (errors_.empty()) records.add(row.server);
    }
    records.write();
    written_ += static_cast<std::int64_t>(written.size());
    waiting_.clear();
}

void ServerImport::report_duplicate(Row const& row) {
    auto const first = lines_.find(name_hash(row.server));
    errors_.add(row.line, "/name", "duplicate",
                first == lines_.end()
                    ? "the owner already has a server with this name"
                    : "the owner has a server with this name on line " + std::to_string(first->second));
}

}  // namespace securestack
