-- A record is never changed and never removed; only the sequencer gives it its place, once.
CREATE TRIGGER audit_records_keep BEFORE DELETE ON audit_records
BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;

CREATE TRIGGER audit_records_freeze
BEFORE UPDATE OF id, at, actor, action, object, outcome, changes, request_id, actor_id, object_id ON audit_records
BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;

CREATE TRIGGER audit_records_place BEFORE UPDATE OF leaf_index ON audit_records
WHEN OLD.leaf_index IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;
