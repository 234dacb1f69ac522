-- What a page in the usual order reads of each server, its id and version, is in the index that it goes along
-- (docs/adr/0023-the-json-of-a-row-is-kept-for-its-version.md). SQLite also wants the column of a partial index's own
-- condition in it.
DROP INDEX servers_by_id;
CREATE INDEX servers_by_id ON servers (id, deleted_at, version) WHERE deleted_at IS NULL;

DROP INDEX servers_of_owner_by_id;
CREATE INDEX servers_of_owner_by_id ON servers (owner, id, deleted_at, version) WHERE deleted_at IS NULL;

DROP INDEX servers_of_team_by_id;
CREATE INDEX servers_of_team_by_id ON servers (team, id, deleted_at, version) WHERE deleted_at IS NULL;
