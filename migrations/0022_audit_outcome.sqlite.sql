-- The outcome's three values as comparisons: for IN (…) SQLite fills a table of them at every insertion, which took a
-- third of what a record costs. SQLite cannot alter a CHECK, so the records move to a table that is otherwise the same
-- (https://www.sqlite.org/lang_altertable.html, section 7).
CREATE TABLE audit_records_moved (
    id         {id}   NOT NULL PRIMARY KEY,
    at         {time} NOT NULL,
    actor      {json} NOT NULL,
    action     {text} NOT NULL,
    object     {json} NOT NULL,
    outcome    {text} NOT NULL CHECK (outcome = 'success' OR outcome = 'denied' OR outcome = 'failure'),
    changes    {json},
    request_id {text},
    actor_id   {id},
    object_id  {text},
    leaf_index {int},
    api_key_id {id}
){strict};

INSERT INTO audit_records_moved (id, at, actor, action, object, outcome, changes, request_id, actor_id, object_id, leaf_index,
                                 api_key_id)
SELECT id, at, actor, action, object, outcome, changes, request_id, actor_id, object_id, leaf_index, api_key_id
FROM audit_records ORDER BY rowid;

-- Some builds of SQLite, Debian's too, overwrite what is dropped, and keep it all in memory meanwhile in case the
-- statement fails.
PRAGMA secure_delete = OFF;
DROP TABLE audit_records;
PRAGMA secure_delete = ON;
ALTER TABLE audit_records_moved RENAME TO audit_records;

CREATE INDEX audit_records_at ON audit_records (at, id);
CREATE INDEX audit_records_actor ON audit_records (actor_id, at, id);
CREATE INDEX audit_records_object ON audit_records (object_id, at, id);
CREATE INDEX audit_records_action ON audit_records (action, at, id);
CREATE INDEX audit_records_outcome ON audit_records (outcome, at, id);
CREATE UNIQUE INDEX audit_records_leaf ON audit_records (leaf_index) WHERE leaf_index IS NOT NULL;
CREATE INDEX audit_records_api_key ON audit_records (api_key_id, at, id) WHERE api_key_id IS NOT NULL;

CREATE TRIGGER audit_records_keep BEFORE DELETE ON audit_records
BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;

CREATE TRIGGER audit_records_place BEFORE UPDATE OF leaf_index ON audit_records
WHEN OLD.leaf_index IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;

CREATE TRIGGER audit_records_freeze
BEFORE UPDATE OF id, at, actor, action, object, outcome, changes, request_id, actor_id, api_key_id, object_id
ON audit_records
BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;
