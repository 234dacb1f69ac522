-- Backup tasks, their runs, and where backups are kept. `owner` and `team` of a task and of a run are its server's, copied so
-- that a list of what a caller may see is one range of one index for each of them. A task whose server was deleted has
-- `stopped_at`, and is in no list.

CREATE TABLE repositories (
    id            {id}   NOT NULL PRIMARY KEY,
    name          {text} NOT NULL,
    url           {text} NOT NULL,
    append_only   {bool} NOT NULL,
    size_bytes    {int},
    snapshots     {int},
    last_check_at {time},
    owner         {id}   NOT NULL REFERENCES users (id),
    team          {id}   REFERENCES teams (id),
    created_at    {time} NOT NULL,
    updated_at    {time} NOT NULL,
    sealed        {text} NOT NULL,
    version       {int}  NOT NULL,
    search_text   {text} NOT NULL
){strict};
CREATE UNIQUE INDEX repositories_owner_name ON repositories (owner, name);
CREATE INDEX repositories_by_name ON repositories (name, id);
CREATE INDEX repositories_by_created_at ON repositories (created_at, id);
CREATE INDEX repositories_of_owner_by_id ON repositories (owner, id);
CREATE INDEX repositories_of_owner_by_created_at ON repositories (owner, created_at, id);
CREATE INDEX repositories_of_team_by_id ON repositories (team, id) WHERE team IS NOT NULL;
CREATE INDEX repositories_of_team_by_name ON repositories (team, name, id) WHERE team IS NOT NULL;
CREATE INDEX repositories_of_team_by_created_at ON repositories (team, created_at, id) WHERE team IS NOT NULL;

-- `next_run_at` is the slot that is waited for, `due_at` when its absence is judged; null while nothing is waited for. The judge
-- looks at a task at `look_at`, which is never later than `due_at` and moves on when it has looked: so a report of a success,
-- which moves `due_at` away, touches no index.
-- `outcome` is what the task would be if it were neither paused nor running. The three that begin with open_ are the last
-- run that was started and has not ended.
CREATE TABLE backups (
    id              {id}   NOT NULL PRIMARY KEY,
    server          {id}   NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
    name            {text} NOT NULL,
    kind            {text} NOT NULL,
    source          {json},
    repository      {id}   REFERENCES repositories (id),
    schedule        {text} NOT NULL,
    timezone        {text} NOT NULL,
    jitter_seconds  {int}  NOT NULL,
    grace_seconds   {int}  NOT NULL,
    retention       {json} NOT NULL,
    drill           {text} NOT NULL,
    enabled         {bool} NOT NULL,
    severity        {int}  NOT NULL,
    state           {text} NOT NULL,
    state_reason    {text} NOT NULL,
    last_run        {json},
    last_success_at {time},
    next_run_at     {time},
    proven_at       {time},
    ping_url        {text},
    created_at      {time} NOT NULL,
    updated_at      {time} NOT NULL,
    owner           {id}   NOT NULL,
    team            {id},
    ping_key        {id}   NOT NULL,
    outcome         {text} NOT NULL,
    open_run        {id},
    open_rid        {id},
    open_since      {time},
    due_at          {time},
    look_at         {time},
    stopped_at      {time},
    version         {int}  NOT NULL,
    search_text     {text} NOT NULL
){strict};
CREATE UNIQUE INDEX backups_server_name ON backups (server, name);
CREATE UNIQUE INDEX backups_ping_key ON backups (ping_key);
CREATE INDEX backups_look_at ON backups (look_at) WHERE look_at IS NOT NULL;

CREATE INDEX backups_by_id ON backups (id) WHERE stopped_at IS NULL;
CREATE INDEX backups_by_server ON backups (server, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_by_repository ON backups (repository, id);
CREATE INDEX backups_by_name ON backups (name, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_by_kind ON backups (kind, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_by_state ON backups (state, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_by_created_at ON backups (created_at, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_by_updated_at ON backups (updated_at, id) WHERE stopped_at IS NULL;

CREATE INDEX backups_of_owner_by_id ON backups (owner, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_of_owner_by_name ON backups (owner, name, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_of_owner_by_kind ON backups (owner, kind, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_of_owner_by_state ON backups (owner, state, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_of_owner_by_created_at ON backups (owner, created_at, id) WHERE stopped_at IS NULL;
CREATE INDEX backups_of_owner_by_updated_at ON backups (owner, updated_at, id) WHERE stopped_at IS NULL;

CREATE INDEX backups_of_team_by_id ON backups (team, id) WHERE stopped_at IS NULL AND team IS NOT NULL;
CREATE INDEX backups_of_team_by_name ON backups (team, name, id) WHERE stopped_at IS NULL AND team IS NOT NULL;
CREATE INDEX backups_of_team_by_kind ON backups (team, kind, id) WHERE stopped_at IS NULL AND team IS NOT NULL;
CREATE INDEX backups_of_team_by_state ON backups (team, state, id) WHERE stopped_at IS NULL AND team IS NOT NULL;
CREATE INDEX backups_of_team_by_created_at ON backups (team, created_at, id) WHERE stopped_at IS NULL AND team IS NOT NULL;
CREATE INDEX backups_of_team_by_updated_at ON backups (team, updated_at, id) WHERE stopped_at IS NULL AND team IS NOT NULL;

-- Ids grow with time: what is listed or counted by task or server is so in the order in which it was reported.
CREATE TABLE runs (
    id               {id}   NOT NULL PRIMARY KEY,
    task             {id}   NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    server           {id}   NOT NULL,
    kind             {text} NOT NULL,
    "trigger"        {text} NOT NULL,
    state            {text} NOT NULL,
    queued_at        {time} NOT NULL,
    started_at       {time},
    finished_at      {time},
    duration_seconds {int},
    progress         {json},
    bytes_processed  {int},
    bytes_added      {int},
    files_total      {int},
    snapshot_id      {text},
    exit_code        {int},
    error            {text} NOT NULL,
    log_tail         {text} NOT NULL,
    log_bytes        {int}  NOT NULL,
    evidence         {json},
    rid              {id},
    owner            {id}   NOT NULL,
    team             {id},
    version          {int}  NOT NULL
){strict};
CREATE INDEX runs_of_task ON runs (task, id);
CREATE INDEX runs_of_server ON runs (server, id);
CREATE INDEX runs_open_of_task ON runs (task, rid) WHERE state = 'running';
CREATE INDEX runs_by_state ON runs (state, id);
CREATE INDEX runs_by_queued_at ON runs (queued_at, id);
CREATE INDEX runs_of_owner_by_id ON runs (owner, id);
CREATE INDEX runs_of_owner_by_state ON runs (owner, state, id);
CREATE INDEX runs_of_owner_by_queued_at ON runs (owner, queued_at, id);
CREATE INDEX runs_of_team_by_id ON runs (team, id) WHERE team IS NOT NULL;
CREATE INDEX runs_of_team_by_state ON runs (team, state, id) WHERE team IS NOT NULL;
CREATE INDEX runs_of_team_by_queued_at ON runs (team, queued_at, id) WHERE team IS NOT NULL;

-- What a run said that was longer than its log_tail.
CREATE TABLE run_logs (
    run  {id}   NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    text {text} NOT NULL
){strict};

-- The slots that were judged, each once, whoever judged it.
CREATE TABLE backup_slots (
    task      {id}   NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    slot      {time} NOT NULL,
    verdict   {text} NOT NULL,
    judged_at {time} NOT NULL,
    PRIMARY KEY (task, slot)
){strict};
CREATE INDEX backup_slots_judged_at ON backup_slots (judged_at);

-- One row: when somebody last looked for what is overdue, and since when somebody has been there to hear of it. Slots before
-- that are not held against anybody until `resumes_at`.
CREATE TABLE backup_judge (
    id              {int}  NOT NULL PRIMARY KEY CHECK (id = 1),
    looked_at       {time} NOT NULL,
    listening_since {time} NOT NULL,
    resumes_at      {time} NOT NULL
){strict};
