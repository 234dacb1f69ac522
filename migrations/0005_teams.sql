-- Teams, who is in them, and what they hold. A member's `username` is the user's, so that a list of members is one range
-- of one index. Servers get for their team what they have for their owner: an index for each field that can be sorted or
-- filtered by (0003). The one by os also answers whether a team holds anything, deleted servers included.
CREATE TABLE teams (
    id          {id}   NOT NULL PRIMARY KEY,
    name        {text} NOT NULL,
    name_fold   {text} NOT NULL,
    description {text} NOT NULL,
    created_at  {time} NOT NULL,
    updated_at  {time} NOT NULL,
    version     {int}  NOT NULL,
    search_text {text} NOT NULL
){strict};

CREATE UNIQUE INDEX teams_name_fold ON teams (name_fold);
CREATE INDEX teams_by_name ON teams (name, id);
CREATE INDEX teams_by_created_at ON teams (created_at, id);

CREATE TABLE team_members (
    id       {id}   NOT NULL PRIMARY KEY,
    team     {id}   NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    "user"   {id}   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    username {text} NOT NULL,
    role     {text} NOT NULL CHECK (role IN ('viewer', 'operator', 'maintainer')),
    added_at {time} NOT NULL
){strict};

CREATE UNIQUE INDEX team_members_user ON team_members ("user", team);
CREATE INDEX team_members_by_username ON team_members (team, username, id);
CREATE INDEX team_members_by_role ON team_members (team, role, id);

ALTER TABLE servers ADD COLUMN team {id} REFERENCES teams (id);

CREATE INDEX servers_of_owner_by_team ON servers (owner, team, id) WHERE deleted_at IS NULL;

CREATE INDEX servers_of_team_by_id ON servers (team, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_of_team_by_name ON servers (team, name, id) WHERE deleted_at IS NULL AND team IS NOT NULL;
CREATE INDEX servers_of_team_by_hostname ON servers (team, hostname, id) WHERE deleted_at IS NULL AND team IS NOT NULL;
CREATE INDEX servers_of_team_by_os ON servers (team, os, id) WHERE team IS NOT NULL;
CREATE INDEX servers_of_team_by_environment ON servers (team, environment, id)
    WHERE deleted_at IS NULL AND team IS NOT NULL;
CREATE INDEX servers_of_team_by_status ON servers (team, status, id) WHERE deleted_at IS NULL AND team IS NOT NULL;
CREATE INDEX servers_of_team_by_created_at ON servers (team, created_at, id)
    WHERE deleted_at IS NULL AND team IS NOT NULL;
CREATE INDEX servers_of_team_by_updated_at ON servers (team, updated_at, id)
    WHERE deleted_at IS NULL AND team IS NOT NULL;
