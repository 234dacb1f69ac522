-- Incidents: what went wrong, on which servers, and how it went on.
--
-- Each order of the list has its index four times: for a reader of all, for an owner, for a team and for an assignee
-- (`visible_incidents`). They end in the id, so that a page begins where the one before it ended; ids grow with time, so
-- that the newest come first without a sort. `severity` is a rank, 0 the worst. `servers` is the list as it is shown;
-- incident_servers has the same for the way from a server to its incidents. The two *_after_seconds are what the
-- statistics are made of; a reopened incident keeps the first. The indexes by opened_at hold all that statistics look at.
CREATE TABLE counters (
    name  {text} NOT NULL PRIMARY KEY,
    value {int}  NOT NULL
){strict};

INSERT INTO counters (name, value) VALUES ('incident', 0);

CREATE TABLE incidents (
    id              {id}   NOT NULL PRIMARY KEY,
    number          {int}  NOT NULL,
    title           {text} NOT NULL,
    description     {text} NOT NULL,
    severity        {int}  NOT NULL,
    status          {text} NOT NULL,
    servers         {json} NOT NULL,
    source          {text} NOT NULL,
    dedup_key       {text},
    occurrences     {int}  NOT NULL,
    reporter        {id}   REFERENCES users (id) ON DELETE SET NULL,
    assignee        {id}   REFERENCES users (id) ON DELETE SET NULL,
    team            {id}   REFERENCES teams (id) ON DELETE SET NULL,
    opened_at       {time} NOT NULL,
    acknowledged_at {time},
    resolved_at     {time},
    resolution      {text} NOT NULL,
    created_at      {time} NOT NULL,
    updated_at      {time} NOT NULL,
    owner           {id}   REFERENCES users (id) ON DELETE SET NULL,
    acknowledged_after_seconds {int},
    resolved_after_seconds     {int},
    version         {int}  NOT NULL,
    search_text     {text} NOT NULL
){strict};

CREATE UNIQUE INDEX incidents_number ON incidents (number);
CREATE UNIQUE INDEX incidents_unresolved_key ON incidents (dedup_key) WHERE status <> 'resolved';
CREATE INDEX incidents_by_key ON incidents (dedup_key, id) WHERE dedup_key IS NOT NULL;

CREATE INDEX incidents_by_number ON incidents (number, id);
CREATE INDEX incidents_by_severity ON incidents (severity, id);
CREATE INDEX incidents_by_status ON incidents (status, id);
CREATE INDEX incidents_by_source ON incidents (source, id);
CREATE INDEX incidents_by_reporter ON incidents (reporter, id);
CREATE INDEX incidents_by_opened_at ON incidents (opened_at, id, severity, status,
    acknowledged_after_seconds, resolved_after_seconds);
CREATE INDEX incidents_by_updated_at ON incidents (updated_at, id);

CREATE INDEX incidents_of_owner ON incidents (owner, id);
CREATE INDEX incidents_of_owner_by_number ON incidents (owner, number, id);
CREATE INDEX incidents_of_owner_by_severity ON incidents (owner, severity, id);
CREATE INDEX incidents_of_owner_by_status ON incidents (owner, status, id);
CREATE INDEX incidents_of_owner_by_opened_at ON incidents (owner, opened_at, id, severity, status,
    acknowledged_after_seconds, resolved_after_seconds);
CREATE INDEX incidents_of_owner_by_updated_at ON incidents (owner, updated_at, id);

CREATE INDEX incidents_of_team ON incidents (team, id) WHERE team IS NOT NULL;
CREATE INDEX incidents_of_team_by_number ON incidents (team, number, id) WHERE team IS NOT NULL;
CREATE INDEX incidents_of_team_by_severity ON incidents (team, severity, id) WHERE team IS NOT NULL;
CREATE INDEX incidents_of_team_by_status ON incidents (team, status, id) WHERE team IS NOT NULL;
CREATE INDEX incidents_of_team_by_opened_at ON incidents (team, opened_at, id, severity, status,
    acknowledged_after_seconds, resolved_after_seconds, owner) WHERE team IS NOT NULL;
CREATE INDEX incidents_of_team_by_updated_at ON incidents (team, updated_at, id) WHERE team IS NOT NULL;

CREATE INDEX incidents_of_assignee ON incidents (assignee, id);
CREATE INDEX incidents_of_assignee_by_number ON incidents (assignee, number, id) WHERE assignee IS NOT NULL;
CREATE INDEX incidents_of_assignee_by_severity ON incidents (assignee, severity, id) WHERE assignee IS NOT NULL;
CREATE INDEX incidents_of_assignee_by_status ON incidents (assignee, status, id) WHERE assignee IS NOT NULL;
CREATE INDEX incidents_of_assignee_by_opened_at ON incidents (assignee, opened_at, id, severity, status,
    acknowledged_after_seconds, resolved_after_seconds, owner, team) WHERE assignee IS NOT NULL;
CREATE INDEX incidents_of_assignee_by_updated_at ON incidents (assignee, updated_at, id) WHERE assignee IS NOT NULL;

CREATE TABLE incident_servers (
    incident {id} NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    server   {id} NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    PRIMARY KEY (incident, server)
){strict};

CREATE INDEX incident_servers_by_server ON incident_servers (server, incident);

-- What happened to an incident; a comment is an entry, too. `actor` and `changes` are JSON as it is answered.
CREATE TABLE incident_events (
    id        {id}   NOT NULL PRIMARY KEY,
    incident  {id}   NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    at        {time} NOT NULL,
    kind      {text} NOT NULL,
    actor     {json} NOT NULL,
    changes   {json},
    body      {text},
    edited_at {time},
    version   {int}  NOT NULL
){strict};

CREATE INDEX incident_events_by_at ON incident_events (incident, at, id);
CREATE INDEX incident_events_by_kind ON incident_events (incident, kind, at, id);
