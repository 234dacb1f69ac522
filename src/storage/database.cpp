#include "storage/database.hpp"

#include <future>

#include "storage/postgres_database.hpp"
#include "storage/sqlite_database.hpp"

namespace securestack {

Time shared_now(Tx& tx, Time now) {
    auto const here =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    return now + (tx.database_now() - here);
}

Problem to_problem(DatabaseError const& error) {
    using Kind = DatabaseError::Kind;
    switch (error.kind()) {
        case Kind::serialization:
        case Kind::interrupted:
        case Kind::unavailable:
        case Kind::full: {
            Problem problem{ErrorCode::unavailable,
                            "The database cannot take this request now; try again shortly."};
            problem.retry_after = std::chrono::seconds{error.kind() == Kind::full ? 30 : 1};
            return problem;
        }
        case Kind::unique:
        case Kind::foreign_key:
        case Kind::check:
        case Kind::schema:
        case Kind::other:
            break;
    }
    return {ErrorCode::internal, "The request failed inside the server."};
}

void Database::wait(UnitKind kind, std::function<void(Tx&)> work) {
    std::promise<void> finished;
    auto future = finished.get_future();
    submit(
        kind, [&work](Tx& tx) { work(tx); },
        [&finished](std::exception_ptr error) {
            if (error) {
                finished.set_exception(std::move(error));
            } else {
                finished.set_value();
            }
        });
    future.get();
}

std::unique_ptr<Database> open_database(Secret const& url, DatabaseOptions options, Log& log) {
    std::string_view const text = url.reveal();
    constexpr std::string_view sqlite_scheme = "sqlite:";
    if (text.starts_with(sqlite_scheme) && text.size() > sqlite_scheme.size()) {
        std::string const path{text.substr(sqlite_scheme.size())};
        return std::make_unique<sqlite::SqliteDatabase>(path, std::move(options), log);
    }
    if (text.starts_with("postgres://") || text.starts_with("postgresql://")) {
        return std::make_unique<postgres::PostgresDatabase>(url, std::move(options), log);
    }
    throw DatabaseError{DatabaseError::Kind::unavailable,
                        "unknown database URL; use sqlite:/path/to/file or postgres://USER@HOST/DATABASE"};
}

}  // namespace securestack
