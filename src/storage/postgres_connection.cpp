#include "storage/postgres_connection.hpp"

#include <array>
#include <charconv>
#include <deque>
#include <optional>
#include <poll.h>

#include "storage/postgres_row.hpp"

namespace securestack::postgres {
namespace {

using namespace std::chrono_literals;
using Kind = DatabaseError::Kind;

// How long past the deadline the server may take to say that it has interrupted a statement.
constexpr auto grace = 1s;
// At whether the work that waits for an answer is to stop.
constexpr auto between_looks = 100ms;
// Between two statements of one transaction.
constexpr std::chrono::milliseconds longest_pause = 30s;

// The values of a statement in the form that libpq takes. Numbers go as text, which fits whatever type the
// server infers; bytes and ids go as they are.
class Values {
  public:
    explicit Values(std::span<Param const> params) : texts_(params.size()) {
        for (auto const& param : params) std::visit([this](auto const& value) { add(value); }, param.value());
    }
    int count() const { return static_cast<int>(values_.size()); }
    char const* const* values() const { return values_.data(); }
    int const* lengths() const { return lengths_.data(); }
    int const* formats() const { return formats_.data(); }

  private:
    void add(Null) { add(nullptr, 0, 0); }
    void add(bool value) { add(value ? "t" : "f", 1, 0); }
    void add(std::int64_t value) { add_number(value); }
    void add(double value) { add_number(value); }
    void add(std::string const& value) { add(value.c_str(), value.size(), 0); }
    void add(Bytes const& value) {
        // A null pointer would be NULL, not an empty value.
        add(value.empty() ? "" : reinterpret_cast<char const*>(value.data()), value.size(), 1);
    }
    void add(Id const& value) {
        add(reinterpret_cast<char const*>(value.bytes.data()), value.bytes.size(), 1);
    }
    template <class T>
    void add_number(T value) {
        auto& text = texts_[values_.size()];
        auto const end = std::to_chars(text.data(), text.data() + text.size() - 1, value).ptr;
        *end = '\0';
        add(text.data(), static_cast<std::size_t>(end - text.data()), 0);
    }
    void add(char const* data, std::size_t size, int format) {
        values_.push_back(data);
        lengths_.push_back(static_cast<int>(size));
        formats_.push_back(format);
    }

    std::vector<std::array<char, 32>> texts_;
    std::vector<char const*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using UrlParts = std::unique_ptr<PQconninfoOption, FreeOptions>;

UrlParts parse(Secret const& url) {
    char* message = nullptr;  // may quote the URL: not passed on
    UrlParts parts{PQconninfoParse(url.reveal().c_str(), &message)};
    PQfreemem(message);
    return parts;
}

std::string without_password(std::string text, Secret const& url) {
    auto const parts = parse(url);
    for (auto const* part = parts.get(); part != nullptr && part->keyword != nullptr; ++part) {
        std::string_view const name = part->keyword;
        if ((name != "password" && name != "sslpassword") || part->val == nullptr || *part->val == '\0')
            continue;
        std::string_view const secret = part->val;
        for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + 3)) {
            text.replace(at, secret.size(), "***");
        }
    }
    return text;
}

std::string first_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    for (auto& c : text) {
        if (c == '\n') c = ' ';
    }
    return text;
}

}  // namespace

void check_url(Secret const& url) {
    std::string_view const text = url.reveal();
    auto const start = text.find("://");
    auto const host = text.substr(start == text.npos ? 0 : start + 3);
    auto const authority = host.substr(0, host.find_first_of("/?"));
    bool const one_at = authority.find('@') == authority.rfind('@');
    if (one_at && parse(url)) return;
    throw DatabaseError{
        Kind::unavailable,
        "the database URL cannot be read; it should be postgres://USER:PASSWORD@HOST:PORT/DATABASE, with "
        "special characters in it percent-encoded"};
}

// The results of the statement under way. A statement that begins before these are read through, in the
// callback of a row, first fetches the rest into memory.
class Connection::Answers {
  public:
    explicit Answers(Connection& connection) : connection_(connection) { connection.answers_ = this; }
    ~Answers() {
        try {
            while (!ended_ && connection_.usable()) next_from_server();
        } catch (DatabaseError const&) {
            // The connection broke; whoever uses it next will find out.
        }
        if (connection_.answers_ == this) connection_.answers_ = nullptr;
    }
    Answers(Answers const&) = delete;
    Answers& operator=(Answers const&) = delete;

    // Null at the end.
    Result next() {
        if (!fetched_.empty()) {
            auto result = std::move(fetched_.front());
            fetched_.pop_front();
            return result;
        }
        return ended_ ? nullptr : next_from_server();
    }
    void fetch_rest() {
        while (!ended_) {
            if (auto result = next_from_server()) fetched_.push_back(std::move(result));
        }
        connection_.answers_ = nullptr;
    }
    // Reads through to the end; throws the error that the server reported, if it did.
    std::int64_t finish(Tx::Each const& each) {
        std::optional<DatabaseError> error;
        std::int64_t changed = 0;
        while (auto result = next()) {
            auto const status = PQresultStatus(result.get());
            if (status == PGRES_SINGLE_TUPLE) {
                each(ResultRow{result.get()});
            } else if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
                if (!error) error = error_of(result.get());
                connection_.outdated_ = connection_.outdated_ || is_outdated_statement(result.get());
            } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
                connection_.lose("COPY is not supported");
            } else {
                changed = rows_changed(result.get());
            }
        }
        if (error) throw DatabaseError{*error};
        return changed;
    }

  private:
    Result next_from_server() {
        ended_ = true;  // also when this throws
        auto result = connection_.next_result();
        ended_ = result == nullptr;
        return result;
    }
    static std::int64_t rows_changed(PGresult* result) {
        if (std::string_view{PQcmdStatus(result)}.starts_with("SELECT")) return 0;
        std::string_view const count = PQcmdTuples(result);
        std::int64_t changed = 0;
        std::from_chars(count.data(), count.data() + count.size(), changed);
        return changed;
    }

    Connection& connection_;
    std::deque<Result> fetched_;
    bool ended_ = false;
};

Connection::Connection(Secret const& url, std::chrono::milliseconds statement_timeout) {
    // What stands before dbname is a default that the URL may override; what stands after it holds.
    // A standby takes no writes and may lag: of several hosts the primary is sought.
    char const* const names[] = {"connect_timeout",  "keepalives_idle",      "keepalives_interval",
                                 "keepalives_count", "target_session_attrs", "fallback_application_name",
                                 "dbname",           "client_encoding",      nullptr};
    char const* const values[] = {
        "5", "30", "10", "3", "read-write", "securestack", url.reveal().c_str(), "UTF8", nullptr};
    handle_.reset(PQconnectdbParams(names, values, 1));
    auto* handle = handle_.get();
    if (handle == nullptr || PQstatus(handle) != CONNECTION_OK) {
        auto const detail = handle == nullptr ? "out of memory" : first_line(PQerrorMessage(handle));
        throw DatabaseError{Kind::unavailable,
                            "cannot connect to PostgreSQL: " + without_password(detail, url)};
    }
    PQsetNoticeProcessor(
        handle, [](void*, char const*) {}, nullptr);
    PQsetnonblocking(handle, 1);
    // A program that was stopped in the middle of a transaction must not keep its rows from the others.
    run_script("SET statement_timeout = " + std::to_string(statement_timeout.count()) +
               "; SET idle_in_transaction_session_timeout = " + std::to_string(longest_pause.count()));
}

void Connection::query(std::string_view sql, std::span<Param const> params, Tx::Each const& each) {
    send(sql, params);
    PQsetSingleRowMode(handle_.get());
    Answers answers(*this);
    answers.finish(each);
}

std::int64_t Connection::execute(std::string_view sql, std::span<Param const> params) {
    send(sql, params);
    return Answers(*this).finish({});
}

void Connection::run_script(std::string_view sql) {
    require_ready();
    require_sent(PQsendQuery(handle_.get(), std::string{sql}.c_str()));
    flush();
    Answers(*this).finish({});
}

void Connection::send(std::string_view sql, std::span<Param const> params) {
    require_ready();
    auto const& name = prepared(sql);
    Values const values(params);
    require_sent(PQsendQueryPrepared(handle_.get(), name.c_str(), values.count(), values.values(),
                                     values.lengths(), values.formats(), 0));
    flush();
}

std::string const& Connection::prepared(std::string_view sql) {
    if (auto const known = statements_.find(sql)) return *known;
    auto name = std::make_shared<std::string>("s" + std::to_string(++statement_count_));
    require_sent(PQsendPrepare(handle_.get(), name->c_str(), std::string{sql}.c_str(), 0, nullptr));
    flush();
    Answers(*this).finish({});
    for (auto const& gone : statements_.insert(sql, name)) run_script("DEALLOCATE " + *gone);
    return *name;
}

void Connection::forget_statements() {
    run_script("DEALLOCATE ALL");
    statements_.clear();
    outdated_ = false;
}

void Connection::require_ready() {
    if (!usable()) lose("it was closed");
    if (answers_ != nullptr) answers_->fetch_rest();
    heed_stop();
    if (Steady::now() > deadline_) throw DatabaseError{Kind::interrupted, "the work ran past its deadline"};
}

// A stop that was requested is a deadline that passes now.
void Connection::heed_stop() {
    if (stop_.stop_requested()) set_deadline(Steady::now() - 1ns);
}

void Connection::require_sent(int sent) {
    if (sent != 1) lose(PQerrorMessage(handle_.get()));
}

void Connection::flush() {
    for (;;) {
        auto const left = PQflush(handle_.get());
        if (left == 0) return;
        if (left < 0) return;  // the answers tell why: the server may have said something before it went
        await_writable_or_answer(true);
        if (PQconsumeInput(handle_.get()) == 0) return;
    }
}

Connection::Result Connection::next_result() {
    while (PQisBusy(handle_.get()) != 0) {
        await_writable_or_answer(false);
        if (PQconsumeInput(handle_.get()) == 0) break;  // libpq turns it into an error result
    }
    return Result{PQgetResult(handle_.get())};
}

void Connection::await_writable_or_answer(bool writing) {
    auto timeout = stop_.stop_possible() ? between_looks : -1ms;
    heed_stop();
    if (deadline_ != Steady::time_point::max()) {
        auto const left = deadline_ + grace - Steady::now();
        if (left <= 0s) lose("it did not answer in time");
        timeout = std::chrono::ceil<std::chrono::milliseconds>(left);
    }
    pollfd socket{PQsocket(handle_.get()), static_cast<short>(writing ? POLLIN | POLLOUT : POLLIN), 0};
    ::poll(&socket, 1, static_cast<int>(timeout.count()));
}

void Connection::lose(std::string const& detail) {
    broken_ = true;
    throw connection_lost(first_line(detail));
}

void Connection::roll_back() noexcept {
    set_deadline(Steady::now() + grace);
    try {
        if (usable() && PQtransactionStatus(handle_.get()) != PQTRANS_IDLE) run_script("ROLLBACK");
        if (usable() && outdated_) forget_statements();
    } catch (DatabaseError const&) {
        broken_ = true;
    }
}

}  // namespace securestack::postgres
