#include "backups/judge.hpp"

#include <boost/json/object.hpp>

#include "backups/alarm.hpp"
#include "backups/timing.hpp"

namespace securestack {
namespace {

constexpr std::chrono::days longest_run{7};

// False when somebody was faster.
bool claim_slot(Tx& tx, TaskPulse const& task, Time slot, std::string_view verdict, Time now) {
    return tx.execute(
               "INSERT INTO backup_slots (task, slot, verdict, judged_at) VALUES ($1, $2, $3, $4) "
               "ON CONFLICT (task, slot) DO NOTHING",
               {task.id, slot, verdict, now}) == 1;
}

std::string sentence(TaskPulse const& task, Time slot) {
    auto text = "No success was reported for the slot of " + format_time(slot) + ".";
    text += task.last_success_at ? " The last one was at " + format_time(*task.last_success_at) + "."
                                 : " There has not been one yet.";
    return text;
}

// Most tasks that are looked at are not due any more: a report came in time, or they were paused.
std::int64_t put_off(Tx& tx, Time now, std::int64_t limit) {
    return tx.execute(
        "UPDATE backups SET look_at = due_at WHERE id IN (SELECT id FROM backups WHERE look_at <= $1 AND "
        "(due_at IS NULL OR due_at > $1) ORDER BY look_at LIMIT $2)",
        {now, limit});
}

void judge_task(Tx& tx, Actor const& actor, Attendance const& attendance, std::chrono::seconds reopen_window,
                TaskPulse const& task) {
    auto after = task;
    after.look_at.reset();
    auto const slot = task.next_run_at.value();
    auto const unheard = attendance.listening_since - patience(task.jitter_seconds, task.grace_seconds);
    await_next(after, std::max(slot, unheard));
    if (!claim_slot(tx, task, slot, "overdue", actor.now)) return save_pulse(tx, task, after);
    after.outcome = TaskState::overdue;
    save_pulse(tx, task, after);
    boost::json::object changes;
    changes["outcome"] = {{"from", choice_name(task.outcome)}, {"to", "overdue"}};
    changes["slot"] = {{"from", nullptr}, {"to", format_time(slot)}};
    record(tx, actor, "backup.overdue", audit_object_of(task), Outcome::success, changes);
    if (raise_alarm(tx, actor, task, Alarm::overdue, sentence(task, slot), reopen_window)) return;
    tx.execute("UPDATE backup_slots SET verdict = 'maintenance' WHERE task = $1 AND slot = $2",
               {task.id, slot});
}

}  // namespace

Attendance attend(Tx& tx, Time now, std::chrono::seconds delay) {
    auto const known =
        tx.first("SELECT looked_at, listening_since, resumes_at FROM backup_judge WHERE id = 1", {},
                 [](Row const& row) {
                     return Attendance{row.time(0), row.time(1), row.time(2)};
                 });
    if (!known) {
        tx.execute(
            "INSERT INTO backup_judge (id, looked_at, listening_since, resumes_at) VALUES (1, $1, $1, $1)",
            {now});
        return {now, now, now};
    }
    auto attendance = *known;
    if (now - known->looked_at > longest_absence) {
        attendance.listening_since = now;
        attendance.resumes_at = now + delay;
    } else if (now - known->looked_at < attendance_period) {
        return attendance;
    }
    attendance.looked_at = now;
    tx.execute("UPDATE backup_judge SET looked_at = $1, listening_since = $2, resumes_at = $3 WHERE id = 1",
               {attendance.looked_at, attendance.listening_since, attendance.resumes_at});
    return attendance;
}

bool anything_due(Tx& tx, Time now) {
    return tx
        .first("SELECT 1 FROM backups WHERE look_at <= $1 LIMIT 1", {now}, [](Row const&) { return true; })
        .has_value();
}

Looked judge_due(Tx& tx, Actor const& actor, Attendance const& attendance, std::chrono::seconds reopen_window,
                 std::int64_t limit) {
    constexpr std::int64_t looks_to_a_verdict = 20;
    Looked looked{.tasks = put_off(tx, actor.now, limit * looks_to_a_verdict)};
    auto const due = read_pulses(tx, Sql{}
                                         .add("WHERE look_at <= ")
                                         .bind(actor.now)
                                         .add(" AND due_at <= ")
                                         .bind(actor.now)
                                         .add(" ORDER BY look_at LIMIT ")
                                         .bind(limit));
    for (auto const& task : due) judge_task(tx, actor, attendance, reopen_window, task);
    looked.slots = static_cast<std::int64_t>(due.size());
    looked.tasks += looked.slots;
    return looked;
}

std::int64_t give_up_runs(Tx& tx, Actor const& actor, std::int64_t limit) {
    struct Given {
        Id run;
        Id task;
    };
    std::vector<Given> all;
    tx.query("SELECT id, task FROM runs WHERE state = 'running' AND id < $1 ORDER BY id LIMIT $2",
             {first_run_id(actor.now - longest_run), limit}, [&](Row const& row) {
                 all.push_back({row.id(0), row.id(1)});
             });
    for (auto const& [run, task] : all) {
        tx.execute("UPDATE runs SET state = 'lost', version = version + 1 WHERE id = $1", {run});
        auto const pulse = find_pulse(tx, Sql{}.add("id = ").bind(task)).value();
        if (pulse.open_run != run) continue;
        auto after = pulse;
        after.open_run.reset();
        after.open_rid.reset();
        after.open_since.reset();
        if (after.last_run && after.last_run->id == run) after.last_run->state = RunState::lost;
        save_pulse(tx, pulse, after);
    }
    return static_cast<std::int64_t>(all.size());
}

}  // namespace securestack
