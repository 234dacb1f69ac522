-- A record is never changed and never removed; only the sequencer gives it its place, once.
CREATE FUNCTION audit_records_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit records are append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_records_keep BEFORE DELETE ON audit_records
FOR EACH ROW EXECUTE FUNCTION audit_records_refuse();

CREATE TRIGGER audit_records_keep_all BEFORE TRUNCATE ON audit_records
FOR EACH STATEMENT EXECUTE FUNCTION audit_records_refuse();

CREATE TRIGGER audit_records_freeze
BEFORE UPDATE OF id, at, actor, action, object, outcome, changes, request_id, actor_id, object_id ON audit_records
FOR EACH ROW EXECUTE FUNCTION audit_records_refuse();

CREATE TRIGGER audit_records_place BEFORE UPDATE OF leaf_index ON audit_records
FOR EACH ROW WHEN (OLD.leaf_index IS NOT NULL) EXECUTE FUNCTION audit_records_refuse();
