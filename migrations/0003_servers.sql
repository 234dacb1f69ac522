-- The inventory. Each field that can be sorted or filtered by has two indexes, for a reader of all servers and for an
-- owner; they end in the id, so that a page begins where the one before it ended (one owner's names are unique: they need
-- no id; an address is one server's or a few's: it needs no owner). The two that begin with a filter and go on by name keep
-- "offline, by name" from sorting a million rows. Deleted servers are in none but the owner's by os, which also answers
-- whether a user owns anything, and in their own.
CREATE TABLE servers (
    id                {id}   NOT NULL PRIMARY KEY,
    name              {text} NOT NULL,
    hostname          {text} NOT NULL,
    ip                {text},
    os                {text} NOT NULL,
    environment       {text} NOT NULL,
    status            {text} NOT NULL,
    status_reason     {text} NOT NULL,
    maintenance_until {time},
    description       {text} NOT NULL,
    labels            {json} NOT NULL,
    endpoints         {json} NOT NULL,
    owner             {id}   NOT NULL REFERENCES users (id),
    created_at        {time} NOT NULL,
    updated_at        {time} NOT NULL,
    deleted_at        {time},
    version           {int}  NOT NULL,
    search_text       {text} NOT NULL
){strict};

CREATE UNIQUE INDEX servers_owner_name ON servers (owner, name) WHERE deleted_at IS NULL;

CREATE INDEX servers_by_id ON servers (id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_name ON servers (name, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_hostname ON servers (hostname, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_ip ON servers (ip, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_os ON servers (os, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_environment ON servers (environment, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_status ON servers (status, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_created_at ON servers (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_updated_at ON servers (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_environment_name ON servers (environment, name, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_by_status_name ON servers (status, name, id) WHERE deleted_at IS NULL;

CREATE INDEX servers_of_owner_by_id ON servers (owner, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_of_owner_by_hostname ON servers (owner, hostname, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_of_owner_by_os ON servers (owner, os, id);
CREATE INDEX servers_of_owner_by_environment ON servers (owner, environment, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_of_owner_by_status ON servers (owner, status, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_of_owner_by_created_at ON servers (owner, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX servers_of_owner_by_updated_at ON servers (owner, updated_at, id) WHERE deleted_at IS NULL;

CREATE INDEX servers_deleted ON servers (deleted_at, id) WHERE deleted_at IS NOT NULL;
