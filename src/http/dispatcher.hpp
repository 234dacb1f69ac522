// From a Request to a Response: match, authenticate, authorise, decode, run the steps, finish. Knows nothing
// of sockets; the sessions and the in-process tests call it alike. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "core/log.hpp"
#include "core/pool.hpp"
#include "http/context.hpp"
#include "http/exchange.hpp"
#include "http/router.hpp"
#include "storage/database.hpp"

namespace securestack {

// Who is calling. Implemented by identity. Asked only for routes that need a permission.
class Authenticator {
  public:
    virtual ~Authenticator() = default;
    // What can be said without the database: a Principal (anonymous without credentials), a Problem, or
    // nullopt: `resolve` must look.
    virtual std::optional<Result<Principal>> authenticate(Request const& request, Time now) = 0;
    // In a read transaction; may be called twice.
    virtual Result<Principal> resolve(Tx& tx, Request const& request, Time now) = 0;
    // Whether one who was admitted with this request some time ago would be admitted still: the session runs
    // or the key opens, and the user is what it was. The access token may have expired meanwhile. In any
    // transaction; nothing is remembered.
    virtual Result<void> confirm(Tx& tx, Request const& request, Principal const& principal, Time now) = 0;
};

class IdempotencyStore;
class RateLimits;

// Hooks that domains give the dispatcher, so that http depends on none of them.
struct DispatchHooks {
    // Records that the context's principal was refused; in a write transaction of its own. Called for every
    // 403, and for every 404 of a write by a caller from whom something may be hidden: whether it was hidden
    // or absent must show nowhere, so both cost the same and leave the same record.
    std::function<void(Tx& tx, Context const& context, Router::Match const& match)> record_denial;
    // Told of every request when its answer has left (metrics, access log), on an I/O thread: must be quick.
    std::function<void(Exchange const& exchange)> finished;
    // Keeps the answers of requests with an Idempotency-Key; must outlive the dispatcher. Null: such requests
    // are refused, because nothing would keep them from being done twice.
    IdempotencyStore* idempotency = nullptr;
    // How often each caller may come; must outlive the dispatcher. Null: as often as it likes.
    RateLimits* rates = nullptr;
};

struct DispatchLimits {
    std::chrono::milliseconds request{10'000};  // no step begins later than this
    std::chrono::milliseconds cpu_wait{1'000};  // in the queue of the cpu pool
    // A write that begins later asks again whether its caller may: who was shut out acts no more within a
    // second.
    std::chrono::milliseconds admission{500};
};

// What the head of a request decides alone.
struct Screening {
    using Done = std::move_only_function<void(Screening)>;
    std::optional<Response> refusal = {};  // the answer: the body need not be read
    bool is_known = false;                 // whether somebody is logged in, on a route that asks for it
};

class Dispatcher {
  public:
    using Done = std::move_only_function<void(Response)>;

    Dispatcher(Router const& router, Database& database, Pool& cpu, Authenticator& authenticator,
               Clock& clock, IdSource& ids, CursorKey cursors, Log& log, DispatchHooks hooks,
               DispatchLimits limits = {});

    // `done` is called exactly once, on any thread (also a database thread: it hands over and returns);
    // `request` is not touched after that. Exceptions of handlers become 500 (logged with the request id) or
    // 503; a write that succeeded without an audit record is rolled back and becomes 500. The answer to a
    // HEAD is that of the GET: who sends it leaves the content out. Whoever was admitted is confirmed again
    // before each later write, before a first one that waited (DispatchLimits::admission), and before each
    // piece of a stream.
    void dispatch(std::shared_ptr<Request> request, Done done);

    // Before a large body is read: calls `done` once, on any thread, with the answer that its head alone asks
    // for (no route, nobody logged in, not allowed), or with none. `dispatch` asks the same again.
    void screen(std::shared_ptr<Request> request, Screening::Done done);

    // Who sends the answer reports here what came of it; adds the route where it is not known.
    void report(Exchange exchange) const;

    // The body limit for a request line, known before the body is read.
    std::size_t body_limit(Method method, std::string_view path) const;
    // How long a request may take that brings a file; zero where its route takes none.
    std::chrono::seconds file_timeout(Method method, std::string_view path) const;

  private:
    struct Job;
    Router const& router_;
    Database& database_;
    Pool& cpu_;
    Authenticator& authenticator_;
    Clock& clock_;
    IdSource& ids_;
    CursorKey cursors_;
    Log& log_;
    DispatchHooks hooks_;
    DispatchLimits limits_;
};

}  // namespace securestack
