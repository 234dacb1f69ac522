-- What the summary counts is in the index that it counts by. SQLite also wants the column of a partial index's own
-- condition in it, or it looks at every row.
DROP INDEX servers_by_status;
CREATE INDEX servers_by_status ON servers (status, id, deleted_at) WHERE deleted_at IS NULL;

DROP INDEX backups_by_state;
CREATE INDEX backups_by_state ON backups (state, id, proven_at, stopped_at) WHERE stopped_at IS NULL;
