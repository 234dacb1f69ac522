// GET /api/events: server-sent events (WHATWG HTML §9.2).
#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>

#include "http/router.hpp"
#include "identity/visible.hpp"
#include "incidents/access.hpp"
#include "overview/event_hub.hpp"
#include "overview/routes.hpp"
#include "resource/condition.hpp"

namespace securestack {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds between_pings{15};
constexpr std::chrono::hours longest_stream{1};  // then the client comes again, perhaps to another replica
constexpr std::size_t events_at_a_time = 200;
constexpr int most_streams = 500;
constexpr int most_streams_of_a_user = 8;

// What can be followed, and the rule of its list: asked for each event anew, so that whoever loses sight of
// an object hears no more of it.
struct Followed {
    std::string_view type;
    std::string_view table;
    Permission permission;
    Scope (*scope)(Principal const& principal);
};

Scope held(Principal const& principal) {
    return visible_to(principal, {});
}

constexpr std::array followed{
    Followed{"server", "servers", Permission::servers_read, held},
    Followed{"backup", "backups", Permission::backups_read, held},
    Followed{"incident", "incidents", Permission::incidents_read, visible_incidents}};

Followed const* followed_by(std::string_view type) {
    auto const* found = std::ranges::find(followed, type, &Followed::type);
    return found == followed.end() ? nullptr : found;
}

// How many follow, in all and of each user. Thread-safe.
class Seats {
  public:
    class Seat {
      public:
        Seat(std::shared_ptr<Seats> seats, Id user) : seats_(std::move(seats)), user_(user) {}
        ~Seat() { seats_->leave(user_); }
        Seat(Seat const&) = delete;
        Seat& operator=(Seat const&) = delete;

      private:
        std::shared_ptr<Seats> seats_;
        Id user_;
    };

    // Null when there is no room.
    static std::shared_ptr<Seat> take(std::shared_ptr<Seats> const& seats, Id user) {
        {
            std::lock_guard const lock(seats->mutex_);
            auto& own = seats->of_user_[user];
            if (seats->all_ >= most_streams || own >= most_streams_of_a_user) return nullptr;
            ++own;
            ++seats->all_;
        }
        return std::make_shared<Seat>(seats, user);
    }

  private:
    void leave(Id user) {
        std::lock_guard const lock(mutex_);
        --all_;
        if (--of_user_[user] == 0) of_user_.erase(user);
    }

    std::mutex mutex_;
    int all_ = 0;
    std::map<Id, int> of_user_;
};

// One follower's way through the events.
class EventStream {
  public:
    EventStream(std::shared_ptr<EventHub> hub, Principal principal, std::optional<Id> last,
                std::shared_ptr<Seats::Seat> seat)
        : hub_(std::move(hub)), principal_(std::move(principal)), last_(last), seat_(std::move(seat)) {}

    // Appends what is new; nothing when there is nothing. False when the stream has lasted long enough.
    bool next(Tx& tx, std::string& out) {
        auto const now = Steady::now();
        hub_->refresh(tx, now);
        if (!begun_) begin(now, out);
        auto const batch = hub_->after(position_, events_at_a_time);
        if (batch.lost) resync(out);
        auto const versions = visible_versions(tx, batch.events);
        for (auto const& event : batch.events) {
            position_ = event->number;
            if (sees(*event, versions)) write(*event, versions, out);
        }
        if (out.empty() && now - pinged_at_ >= between_pings) out += ": ping\n\n";
        if (!out.empty()) pinged_at_ = now;
        return now - *begun_ < longest_stream;
    }

  private:
    using Versions = std::map<Id, std::int64_t>;  // of the objects that the caller sees

    void begin(Steady::time_point now, std::string& out) {
        begun_ = now;
        out += "retry: 2000\n\n";
        position_ = hub_->latest();
        if (!last_) return;
        auto const known = hub_->find(*last_);
        if (known) {
            position_ = *known;
        } else {
            resync(out);
        }
    }

    static void resync(std::string& out) { out += "event: resync\ndata: {}\n\n"; }

    Versions visible_versions(Tx& tx, std::vector<EventPointer> const& events) const {
        Versions versions;
        for (auto const& kind : followed) {
            if (!may(principal_, kind.permission)) continue;
            Sql sql;
            for (auto const& event : events) {
                if (event->type != kind.type || !event->object) continue;
                if (sql.empty()) {
                    sql.add("SELECT id, version FROM ").add(kind.table).add(" WHERE id IN (");
                } else {
                    sql.add(", ");
                }
                sql.bind(*event->object);
            }
            if (sql.empty()) continue;
            sql.add(") AND ").append(as_condition(kind.scope(principal_)));
            tx.query(sql.text(), sql.params(),
                     [&](Row const& row) { versions.emplace(row.id(0), row.integer(1)); });
        }
        return versions;
    }

    // Of what is gone for good, its last holder tells; an event about no single object (an import) is for who
    // did it and who sees everything.
    bool sees(Event const& event, Versions const& versions) const {
        auto const* kind = followed_by(event.type);
        if (kind == nullptr || !may(principal_, kind->permission)) return false;
        if (event.object && versions.contains(*event.object)) return true;
        if (sees_everything(principal_)) return true;
        if (!event.object) return event.actor == principal_.user;
        bool const is_gone = event.action == event.type + ".delete" || event.action == event.type + ".purge";
        return is_gone && reaches(principal_, Reach::read, event.last_holder);
    }

    static void write(Event const& event, Versions const& versions, std::string& out) {
        out += "event: " + event.action + "\nid: " + event.id.to_string() + "\ndata: ";
        JsonWriter data{out};
        data.begin_object();
        data.field_name("type");
        data.string(event.type);
        data.field_name("id");
        event.object ? data.id(*event.object) : data.null();
        data.field_name("etag");
        auto const version = event.object ? versions.find(*event.object) : versions.end();
        version == versions.end() ? data.null() : data.string(entity_tag(version->second));
        data.field_name("changed");
        data.begin_array();
        for (auto const& member : event.changed) data.string(member);
        data.end_array();
        data.field_name("at");
        data.time(event.at);
        data.end_object();
        out += "\n\n";
    }

    std::shared_ptr<EventHub> const hub_;
    Principal const principal_;
    std::optional<Id> const last_;
    std::shared_ptr<Seats::Seat> const seat_;
    std::uint64_t position_ = 0;
    std::optional<Steady::time_point> begun_;
    Steady::time_point pinged_at_{};
};

Result<std::optional<Id>> last_event_id(Context const& context) {
    auto const text = context.request.headers.get("Last-Event-ID");
    if (!text || text->empty()) return std::optional<Id>{};
    if (auto const id = Id::parse(*text)) return std::optional{*id};
    return Problem{ErrorCode::malformed, "Last-Event-ID must be the id of an event that this stream sent."};
}

class EventsRoute {
  public:
    Result<Response> operator()(Tx&, Context const& context) const {
        auto const last = last_event_id(context);
        if (!last) return last.error();
        auto seat = Seats::take(seats_, context.principal.user);
        if (!seat) {
            Problem problem{ErrorCode::too_many_requests,
                            "There are too many event streams. Close one of yours, or try again later."};
            problem.retry_after = std::chrono::seconds{5};
            return problem;
        }
        auto const stream = std::make_shared<EventStream>(hub_, context.principal, *last, std::move(seat));
        Response response;
        response.headers.add("Content-Type", "text/event-stream");
        response.headers.add("X-Accel-Buffering", "no");  // nginx hands each event on at once
        response.stream = std::make_shared<BodyStream>(
            [stream](Tx& tx, std::string& out) { return stream->next(tx, out); });
        return response;
    }

  private:
    std::shared_ptr<EventHub> hub_ = std::make_shared<EventHub>();
    std::shared_ptr<Seats> seats_ = std::make_shared<Seats>();
};

}  // namespace

void add_events_route(Router& router) {
    auto route = router.get("/api/events", allow(Permission::servers_read), EventsRoute{});
    route.operation("followEvents")
        .summary("What happens to what you see, as it happens (server-sent events)")
        .description(
            "`event:` is what happened (`server.update`, `incident.resolve`), `id:` names it, `data:` has "
            "the object's `type`, `id` and `etag`, and the names of its `changed` members. A client that "
            "comes again with Last-Event-ID gets what it missed; where that is no longer known, and whenever "
            "it fell too far behind, `event: resync` asks it to read everything anew. An event may come "
            "twice. `: ping` comes every 15 seconds. At most 8 streams for one user; after an hour the "
            "stream ends, and the client comes again.")
        .tag("Overview");
    route.route().doc.content_type = "text/event-stream";
}

}  // namespace securestack
