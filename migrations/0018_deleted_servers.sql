-- The list of deleted servers, for a reader of all and for each owner and team: few rows, which begin where the page
-- before ended.
CREATE INDEX servers_deleted_by_id ON servers (id) WHERE deleted_at IS NOT NULL;
CREATE INDEX servers_deleted_of_owner ON servers (owner, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX servers_deleted_of_team ON servers (team, id) WHERE deleted_at IS NOT NULL;
