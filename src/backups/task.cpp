#include "backups/task.hpp"

namespace securestack {
namespace {

constexpr std::int64_t longest_grace = 31 * 86'400;
constexpr std::int64_t longest_jitter = 86'400;
constexpr std::int64_t most_kept = 10'000;

constexpr std::array unique_rules{
    UniqueRule{"backups_server_name", "/name",
               "The server already has a backup task with this name; choose another one."}};

}  // namespace

template <>
Schema const& schema_of<TaskSource>() {
    static constexpr auto fields = fields_of<TaskSource>(
        field<&TaskSource::paths>("paths")
            .length(0, 200)
            .format(formats::one_line)
            .sample(R"(["/etc", "/srv"])"),
        field<&TaskSource::excludes>("excludes").length(0, 200).format(formats::one_line),
        field<&TaskSource::database>("database")
            .length(0, 255)
            .doc("The database's name, or the file of a SQLite database."));
    static constexpr Schema schema{
        .name = "BackupSource", .fields = fields, .documentation = "What the agent backs up."};
    return schema;
}

template <>
Schema const& schema_of<Retention>() {
    static constexpr auto fields =
        fields_of<Retention>(field<&Retention::last>("last").range(0, most_kept),
                             field<&Retention::daily>("daily").range(0, most_kept),
                             field<&Retention::weekly>("weekly").range(0, most_kept),
                             field<&Retention::monthly>("monthly").range(0, most_kept),
                             field<&Retention::yearly>("yearly").range(0, most_kept));
    static constexpr Schema schema{
        .name = "Retention", .fields = fields, .documentation = "How many snapshots are kept."};
    return schema;
}

template <>
Schema const& schema_of<LastRun>() {
    static constexpr auto fields = fields_of<LastRun>(
        field<&LastRun::id>("id"), field<&LastRun::kind>("kind"), field<&LastRun::state>("state"),
        field<&LastRun::started_at>("started_at"), field<&LastRun::finished_at>("finished_at"),
        field<&LastRun::duration_seconds>("duration_seconds"));
    static constexpr Schema schema{
        .name = "LastRun", .fields = fields, .documentation = "The run that was reported last."};
    return schema;
}

template <>
Schema const& schema_of<BackupTask>() {
    using T = BackupTask;
    static constexpr auto fields = fields_of<T>(
        field<&T::id>("id").read_only(),
        field<&T::server>("server").required().filterable().doc(
            "Whose backup it is. A task stays with its server."),
        field<&T::name>("name")
            .required()
            .length(1, 100)
            .format(formats::one_line)
            .sortable()
            .filterable()
            .searchable()
            .doc("Unique among the server's tasks.")
            .sample(R"("nightly")"),
        field<&T::kind>("kind").filterable().doc(
            "Who makes the backup: for `external` any tool, which reports to the ping URL or to the task's "
            "runs; otherwise the server's agent."),
        field<&T::source>("source").doc("For the agent's kinds: paths of files, or a database."),
        field<&T::repository>("repository").filterable().doc("Where the agent puts it; null for `external`."),
        field<&T::schedule>("schedule")
            .length(1, 200)
            .doc("Five fields as in a crontab, or @hourly, @daily, @weekly, @monthly, @yearly.")
            .sample(R"("30 2 * * *")"),
        field<&T::timezone>("timezone").length(1, 64).doc("IANA name.").sample(R"("Europe/Paris")"),
        field<&T::jitter_seconds>("jitter_seconds")
            .range(0, longest_jitter)
            .doc("By how much a run may begin later than its slot, so that not all begin at once."),
        field<&T::grace_seconds>("grace_seconds")
            .range(0, longest_grace)
            .doc("How long after its slot (and jitter) a success is waited for before the task is overdue."),
        field<&T::retention>("retention"),
        field<&T::drill>("drill").length(0, 200).doc(
            "When the agent restores it to prove that it can be; empty for never."),
        field<&T::enabled>("enabled").doc(
            "false pauses the task: what is reported is recorded, nothing is judged."),
        field<&T::severity>("severity").doc("Of the incident that a failed or overdue run opens."),
        field<&T::state>("state").read_only().sortable().filterable(),
        field<&T::state_reason>("state_reason").read_only().doc("What the state waits for, or why it is so."),
        field<&T::last_run>("last_run").read_only(),
        field<&T::last_success_at>("last_success_at").read_only(),
        field<&T::next_run_at>("next_run_at")
            .read_only()
            .doc("The slot that is waited for; null while the task is paused or has no agent."),
        field<&T::proven_at>("proven_at")
            .read_only()
            .doc("When it was last restored as a drill, with success."),
        field<&T::ping_url>("ping_url")
            .read_only()
            .doc(
                "Where a backup script reports without a credential. Told only by the task's own address, to "
                "those who may operate it (an API key with runs:write or backups:write); null in lists.")
            .sample(R"("https://backup.example.com/ping/5f0c52a8-0c1f-4d0c-8b0c-2f6b8c1d9e3a")"),
        field<&T::created_at>("created_at").read_only().sortable().filterable(),
        field<&T::updated_at>("updated_at").read_only().sortable().filterable(),
        field<&T::owner>("owner").internal(), field<&T::team>("team").internal(),
        field<&T::ping_key>("ping_key").internal(), field<&T::outcome>("outcome").internal(),
        field<&T::open_run>("open_run").internal(), field<&T::open_rid>("open_rid").internal(),
        field<&T::open_since>("open_since").internal(), field<&T::due_at>("due_at").internal(),
        field<&T::look_at>("look_at").internal(), field<&T::stopped_at>("stopped_at").internal(),
        field<&T::version>("version").internal());
    static constexpr Schema schema{.name = "Backup",
                                   .table = "backups",
                                   .fields = fields,
                                   .unique = unique_rules,
                                   .has_text_index = true,
                                   .documentation = "A backup task of a server."};
    return schema;
}

}  // namespace securestack
