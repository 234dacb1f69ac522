#include "backups/alarm.hpp"

#include "incidents/incidents.hpp"

namespace securestack {
namespace {

std::string dedup_key(TaskPulse const& pulse) {
    return "backup/" + pulse.id.to_string();
}

std::string server_name(Tx& tx, Id server) {
    return tx
        .first("SELECT name FROM servers WHERE id = $1", {server},
               [](Row const& row) { return std::string{row.text(0)}; })
        .value_or("a server");
}

}  // namespace

bool raise_alarm(Tx& tx, Actor const& actor, TaskPulse const& pulse, Alarm what, std::string const& why,
                 std::chrono::seconds reopen_window) {
    if (in_maintenance(tx, pulse.server, actor.now)) return false;
    IncidentReport report;
    report.dedup_key = dedup_key(pulse);
    report.title = pulse.name + " on " + server_name(tx, pulse.server) +
                   (what == Alarm::failed ? " failed" : " is overdue");
    report.description = why;
    report.severity = pulse.severity;
    report.source = IncidentSource::backup;
    report.servers = {pulse.server};
    report.reopen_window = reopen_window;
    report_incident(tx, actor, report);
    return true;
}

void settle_alarm(Tx& tx, Actor const& actor, TaskPulse const& pulse, std::string const& how) {
    settle_incident(tx, actor, dedup_key(pulse), {pulse.server}, how);
}

}  // namespace securestack
