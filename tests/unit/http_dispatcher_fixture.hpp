// Routes over a small table of notes, and a dispatcher for them.
#pragma once

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/log.hpp"
#include "http/dispatcher.hpp"
#include "http/router.hpp"
#include "resource/table.hpp"

namespace securestack {

namespace test {

struct Note {
    Id id{};
    std::string text;
    std::int64_t version = 1;
};

}  // namespace test

template <>
inline Schema const& schema_of<test::Note>() {
    using test::Note;
    static constexpr auto fields = fields_of<Note>(
        field<&Note::id>("id").read_only(), field<&Note::text>("text").required().length(1, 20).filterable(),
        field<&Note::version>("version").internal());
    static constexpr Schema schema{.name = "Note", .table = "notes", .fields = fields};
    return schema;
}

namespace test {

class FixedClock final : public Clock {
  public:
    Time now() const override { return from_micros(1'000'000); }
};

// "Bearer user" is a user, "Bearer auditor" an auditor; "Bearer new-…" must be looked up first.
class Door final : public Authenticator {
  public:
    static constexpr Id user{{7}};

    std::optional<Result<Principal>> authenticate(Request const& request, Time) override {
        auto const header = request.headers.get("Authorization");
        if (!header) return Result<Principal>{Principal{}};
        if (header->starts_with("Bearer new-")) return std::nullopt;
        return named(*header);
    }
    Result<Principal> resolve(Tx& tx, Request const& request, Time) override {
        tx.query("SELECT 1", {}, [](Row const&) {});
        return named("Bearer " + std::string{request.headers.get("Authorization")->substr(11)});
    }
    Result<void> confirm(Tx& tx, Request const&, Principal const&, Time) override {
        tx.query("SELECT 1", {}, [](Row const&) {});
        if (shut_out) return Problem{ErrorCode::invalid_token, "The session is over."};
        return {};
    }

    std::atomic<bool> shut_out = false;

  private:
    static Result<Principal> named(std::string_view header) {
        Principal principal;
        principal.via = Via::access_token;
        principal.name = header.substr(7);
        principal.user = user;
        if (header == "Bearer user") return principal;
        principal.role = Role::auditor;
        if (header == "Bearer auditor") return principal;
        return Problem{ErrorCode::invalid_token, "The token is not valid."};
    }
};

// Keeps the events that were logged.
class Listener final : public Log {
  public:
    void write(LogLevel, std::string_view event, std::initializer_list<LogField>) override {
        std::lock_guard const lock{mutex_};
        events_.emplace_back(event);
    }
    bool enabled(LogLevel) const override { return true; }
    void flush() override {}
    std::vector<std::string> events() {
        std::lock_guard const lock{mutex_};
        return events_;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> events_;
};

inline constexpr auto reading = Permission::servers_read;
inline constexpr auto writing = Permission::servers_write;

inline Result<Created<Note>> create_note(Tx& tx, Context const& context, Note const& draft) {
    Note note = draft;
    note.id = context.new_id();
    tx.execute("INSERT INTO notes (id, text, version) VALUES ($1, $2, 1)", {note.id, note.text});
    tx.audited = note.text != "unaudited";
    return Created<Note>{note, "/api/notes/" + note.id.to_string()};
}

inline Result<Entity<Note>> get_note(Tx& tx, Context const&, Id id) {
    auto note = Table<Note>{tx}.find(id);
    if (note) return Entity<Note>{*note};
    return Problem{ErrorCode::not_found, "There is no such object."};
}

inline Result<Entity<Note>> patch_note(Tx& tx, Context const& context, Id id, Patch<Note> const& patch) {
    auto note = Table<Note>{tx}.find(id);
    if (!note) return Problem{ErrorCode::not_found, "There is no such object."};
    if (auto current = context.check_preconditions(note->version); !current) return current.error();
    auto changed = patch.apply(*note);
    if (!changed) return changed.error();
    if (auto saved = Table<Note>{tx}.update(*changed); !saved) return saved.error();
    tx.audited = true;
    return Entity<Note>{*changed};
}

inline Result<NoContent> refuse_after_writing(Tx& tx, Context const&) {
    tx.execute("DELETE FROM notes");
    return Problem{ErrorCode::conflict, "No."};
}

inline Result<Committed<NoContent>> refuse_and_keep(Tx& tx, Context const& context) {
    tx.execute("INSERT INTO notes (id, text, version) VALUES ($1, 'kept', 1)", {context.new_id()});
    return Committed<NoContent>{Refusal{{ErrorCode::invalid_credentials, "Wrong."}}};
}

inline Result<NoContent> fail(Tx&, Context const&) {
    throw std::runtime_error("secret internals");
}

struct Doubling {
    std::string text;
};

inline void add_routes(Router& router) {
    auto const all = [](Tx&, Context const&) -> Result<Sql> { return Sql{}; };
    router.list<Note>("/api/notes", allow(reading), all);
    router.post("/api/notes", allow(writing), create_note);
    router.get("/api/notes/{id}", allow(reading), get_note);
    router.patch("/api/notes/{id}", allow(writing), patch_note);
    router.post("/api/refusal", anyone(), refuse_after_writing);
    router.post("/api/kept", anyone(), refuse_and_keep);
    router.post("/api/failure", anyone(), fail);
    router.plain(Method::get, "/plain", anyone(),
                 [](Context const&) { return text_response(200, "text/plain", "plain"); });
    router.staged(
        Method::post, "/api/staged", anyone(),
        [](Tx&, Context const&, Note const& note) -> Result<Doubling> { return Doubling{note.text}; },
        [](Doubling& state) { state.text += state.text; },
        [](Tx& tx, Context const&, Doubling const& state) -> Result<Entity<Note>> {
            tx.audited = true;
            return Entity<Note>{Note{{}, state.text, 1}};
        });
}

class DispatcherTest : public ::testing::Test {
  protected:
    DispatcherTest() {
        add_routes(router);
        database->write_now([](Tx& tx) {
            tx.execute(
                "CREATE TABLE notes (id BLOB PRIMARY KEY, text TEXT NOT NULL, version INTEGER NOT NULL)");
            tx.execute("CREATE TABLE denials (name TEXT NOT NULL, pattern TEXT NOT NULL)");
        });
    }

    DispatchHooks hooks() {
        DispatchHooks made;
        made.record_denial = [](Tx& tx, Context const& context, Router::Match const& match) {
            tx.execute("INSERT INTO denials VALUES ($1, $2)", {context.principal.name, match.route->pattern});
        };
        made.finished = [this](Exchange const& exchange) {
            reported = exchange.route != nullptr ? exchange.route->pattern : "none";
        };
        return made;
    }

    std::shared_ptr<Request> request(Method method, std::string path, std::string body = {}) {
        auto made = std::make_shared<Request>();
        made->method = method;
        made->path = std::move(path);
        made->body = std::move(body);
        made->id = "request-1";
        if (!made->body.empty()) made->headers.add("Content-Type", "application/json");
        made->headers.add("Authorization", "Bearer user");
        return made;
    }

    Response ask(std::shared_ptr<Request> asked) {
        std::promise<Response> answered;
        dispatcher.dispatch(std::move(asked),
                            [&](Response response) { answered.set_value(std::move(response)); });
        return answered.get_future().get();
    }
    Response ask(Method method, std::string path, std::string body = {}) {
        return ask(request(method, std::move(path), std::move(body)));
    }
    Response ask_as(std::string const& authorization, Method method, std::string path,
                    std::string body = {}) {
        auto asked = request(method, std::move(path), std::move(body));
        asked->headers.set("Authorization", authorization);
        return ask(asked);
    }

    Screening screen(std::shared_ptr<Request> asked) {
        std::promise<Screening> screened;
        dispatcher.screen(std::move(asked), [&](Screening made) { screened.set_value(std::move(made)); });
        return screened.get_future().get();
    }

    std::int64_t count(std::string const& table) {
        return database->read_now([&](Tx& tx) {
            return *tx.first("SELECT count(*) FROM " + table, {},
                             [](Row const& row) { return row.integer(0); });
        });
    }
    std::string note(std::string const& text) {
        Response const created = ask(Method::post, "/api/notes", R"({"text":")" + text + "\"}");
        return std::string{created.headers.get("Location").value_or("")};
    }

    Listener log;
    std::unique_ptr<Database> database = open_database(Secret{"sqlite::memory:"}, {}, log);
    Router router;
    Pool cpu{"cpu", 1, 1};
    Door door;
    FixedClock clock;
    IdSource ids;
    std::string reported;
    Dispatcher dispatcher{router, *database, cpu, door, clock, ids, CursorKey{Secret{"key"}}, log, hooks()};
};

}  // namespace test

}  // namespace securestack
