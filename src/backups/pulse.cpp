// The part of a task that its runs move, out of its row and into it.
#include "backups/outcome.hpp"
#include "backups/timing.hpp"

namespace securestack {
namespace {

constexpr std::string_view columns =
    "SELECT id, server, name, kind, severity, schedule, timezone, jitter_seconds, grace_seconds, enabled, "
    "state, outcome, last_run, last_success_at, next_run_at, due_at, look_at, open_run, open_rid, "
    "open_since, stopped_at, owner, team FROM backups ";

// Reads the columns one after the other.
class Columns {
  public:
    explicit Columns(Row const& row) : row_(row) {}
    template <class M>
    Columns& into(M& member) {
        Codec<M>::from_row(row_, next_++, member);
        return *this;
    }

  private:
    Row const& row_;
    int next_ = 0;
};

TaskPulse pulse_of(Row const& row) {
    TaskPulse pulse;
    Columns{row}
        .into(pulse.id)
        .into(pulse.server)
        .into(pulse.name)
        .into(pulse.kind)
        .into(pulse.severity)
        .into(pulse.schedule)
        .into(pulse.timezone)
        .into(pulse.jitter_seconds)
        .into(pulse.grace_seconds)
        .into(pulse.enabled)
        .into(pulse.state)
        .into(pulse.outcome)
        .into(pulse.last_run)
        .into(pulse.last_success_at)
        .into(pulse.next_run_at)
        .into(pulse.due_at)
        .into(pulse.look_at)
        .into(pulse.open_run)
        .into(pulse.open_rid)
        .into(pulse.open_since)
        .into(pulse.stopped_at)
        .into(pulse.owner)
        .into(pulse.team);
    return pulse;
}

template <class M>
bool same(M const& a, M const& b) {
    return a == b;
}
bool same(std::optional<LastRun> const& a, std::optional<LastRun> const& b) {
    return Codec<std::optional<LastRun>>::to_param(a).value() ==
           Codec<std::optional<LastRun>>::to_param(b).value();
}

}  // namespace

std::vector<TaskPulse> read_pulses(Tx& tx, Sql const& rest) {
    std::vector<TaskPulse> pulses;
    auto const sql = Sql{}.add(columns).append(rest);
    tx.query(sql.text(), sql.params(), [&](Row const& row) { pulses.push_back(pulse_of(row)); });
    return pulses;
}

std::optional<TaskPulse> find_pulse(Tx& tx, Sql const& where) {
    auto found = read_pulses(tx, Sql{}.add("WHERE ").append(where).add(" LIMIT 1"));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void await_slot(TaskPulse& pulse, Time slot) {
    pulse.next_run_at = slot;
    pulse.due_at = slot + patience(pulse.jitter_seconds, pulse.grace_seconds);
}

void await_next(TaskPulse& pulse, Time after) {
    if (pulse.enabled && !pulse.stopped_at && pulse.kind == BackupKind::external) {
        return await_slot(pulse, Timing::read(pulse.schedule, pulse.timezone).value().next(after));
    }
    pulse.next_run_at.reset();
    pulse.due_at.reset();
}

// Only what changed is written: most pings move times alone, and touch no index.
void save_pulse(Tx& tx, TaskPulse const& before, TaskPulse after) {
    after.look_at = look_no_later(after.look_at, after.due_at);
    after.state = shown_state(after.enabled, after.outcome, after.open_run.has_value());
    Sql sql;
    sql.add("UPDATE backups SET version = version + 1");
    auto const set = [&](std::string_view column, auto const& from, auto const& to) {
        using Member = std::remove_cvref_t<decltype(to)>;
        if (same(from, to)) return;
        sql.add(", ").add(column).add(" = ").bind(Codec<Member>::to_param(to));
    };
    set("state", before.state, after.state);
    set("outcome", before.outcome, after.outcome);
    set("last_run", before.last_run, after.last_run);
    set("last_success_at", before.last_success_at, after.last_success_at);
    set("next_run_at", before.next_run_at, after.next_run_at);
    set("due_at", before.due_at, after.due_at);
    set("look_at", before.look_at, after.look_at);
    set("open_run", before.open_run, after.open_run);
    set("open_rid", before.open_rid, after.open_rid);
    set("open_since", before.open_since, after.open_since);
    set("stopped_at", before.stopped_at, after.stopped_at);
    sql.add(" WHERE id = ").bind(after.id);
    tx.execute(sql.text(), sql.params());
}

AuditObject audit_object_of(TaskPulse const& pulse) {
    return {"backup", pulse.id.to_string(), pulse.name};
}

}  // namespace securestack
