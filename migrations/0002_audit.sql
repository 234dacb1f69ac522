-- Who did what. One row is one record; docs/adr/0008-audit-log-layout.md says why it looks as it does.
-- `actor`, `object` and `changes` are JSON as it was written and as it is answered; the columns that end in _id repeat
-- members of them for the indexes. `leaf_index` is the sequencer's, null until it has been there.
CREATE TABLE audit_records (
    id         {id}   NOT NULL PRIMARY KEY,
    at         {time} NOT NULL,
    actor      {json} NOT NULL,
    action     {text} NOT NULL,
    object     {json} NOT NULL,
    outcome    {text} NOT NULL CHECK (outcome IN ('success', 'denied', 'failure')),
    changes    {json},
    request_id {text},
    actor_id   {id},
    object_id  {text},
    leaf_index {int}
){strict};

CREATE INDEX audit_records_at ON audit_records (at, id);
CREATE INDEX audit_records_actor ON audit_records (actor_id, at, id);
CREATE INDEX audit_records_object ON audit_records (object_id, at, id);
CREATE INDEX audit_records_action ON audit_records (action, at, id);
CREATE INDEX audit_records_outcome ON audit_records (outcome, at, id);
CREATE UNIQUE INDEX audit_records_leaf ON audit_records (leaf_index) WHERE leaf_index IS NOT NULL;
