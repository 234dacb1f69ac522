-- Which API key acted: a copy of a member of `actor`, for the filter; see docs/adr/0008-audit-log-layout.md.
ALTER TABLE audit_records ADD COLUMN api_key_id {id};

CREATE INDEX audit_records_api_key ON audit_records (api_key_id, at, id) WHERE api_key_id IS NOT NULL;

DROP TRIGGER audit_records_freeze;

CREATE TRIGGER audit_records_freeze
BEFORE UPDATE OF id, at, actor, action, object, outcome, changes, request_id, actor_id, api_key_id, object_id
ON audit_records
BEGIN
    SELECT RAISE(ABORT, 'audit records are append-only');
END;
