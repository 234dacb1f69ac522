-- When servers are worked on. `occurs_from` and `occurs_until` are the occurrence that runs or comes next; `over_at` is when
-- the last one has passed. The three *_with_labels answer which windows may cover a server by its labels; `everywhere` is
-- for those that an administrator wrote, whose labels mean everybody's servers.
CREATE TABLE maintenance_windows (
    id               {id}   NOT NULL PRIMARY KEY,
    title            {text} NOT NULL,
    description      {text} NOT NULL,
    servers          {json} NOT NULL,
    labels           {json} NOT NULL,
    starts_at        {time},
    ends_at          {time},
    schedule         {text},
    duration_seconds {int},
    timezone         {text} NOT NULL,
    occurs_from      {time} NOT NULL,
    occurs_until     {time} NOT NULL,
    owner            {id}   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    team             {id}   REFERENCES teams (id) ON DELETE SET NULL,
    created_at       {time} NOT NULL,
    updated_at       {time} NOT NULL,
    over_at          {time} NOT NULL,
    everywhere       {bool} NOT NULL,
    version          {int}  NOT NULL,
    search_text      {text} NOT NULL
){strict};

CREATE INDEX maintenance_windows_by_occurs_from ON maintenance_windows (occurs_from, id);
CREATE INDEX maintenance_windows_by_occurs_until ON maintenance_windows (occurs_until, id);
CREATE INDEX maintenance_windows_by_created_at ON maintenance_windows (created_at, id);

CREATE INDEX maintenance_windows_of_owner ON maintenance_windows (owner, id);
CREATE INDEX maintenance_windows_of_owner_by_occurs_from ON maintenance_windows (owner, occurs_from, id);
CREATE INDEX maintenance_windows_of_owner_by_occurs_until ON maintenance_windows (owner, occurs_until, id);
CREATE INDEX maintenance_windows_of_owner_by_created_at ON maintenance_windows (owner, created_at, id);

CREATE INDEX maintenance_windows_of_team ON maintenance_windows (team, id);
CREATE INDEX maintenance_windows_of_team_by_occurs_from ON maintenance_windows (team, occurs_from, id) WHERE team IS NOT NULL;
CREATE INDEX maintenance_windows_of_team_by_occurs_until ON maintenance_windows (team, occurs_until, id)
    WHERE team IS NOT NULL;
CREATE INDEX maintenance_windows_of_team_by_created_at ON maintenance_windows (team, created_at, id) WHERE team IS NOT NULL;

CREATE INDEX maintenance_windows_of_owner_with_labels ON maintenance_windows (owner, over_at) WHERE labels <> '{}';
CREATE INDEX maintenance_windows_of_team_with_labels ON maintenance_windows (team, over_at) WHERE labels <> '{}';
CREATE INDEX maintenance_windows_everywhere_with_labels ON maintenance_windows (everywhere, over_at) WHERE labels <> '{}';
CREATE INDEX maintenance_windows_recurring ON maintenance_windows (occurs_until, id) WHERE schedule IS NOT NULL;

CREATE TABLE maintenance_servers (
    "window" {id} NOT NULL REFERENCES maintenance_windows (id) ON DELETE CASCADE,
    server   {id} NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    PRIMARY KEY ("window", server)
){strict};

CREATE INDEX maintenance_servers_by_server ON maintenance_servers (server, "window");
