-- When a user or a team goes, what named them names nobody (ON DELETE SET NULL): that is a new version of the row, too.
CREATE TRIGGER incidents_left AFTER UPDATE OF reporter, assignee, team, owner ON incidents
WHEN new.version = old.version
BEGIN
    UPDATE incidents SET version = version + 1 WHERE id = new.id;
END;

CREATE TRIGGER maintenance_windows_left AFTER UPDATE OF team ON maintenance_windows
WHEN new.version = old.version
BEGIN
    UPDATE maintenance_windows SET version = version + 1 WHERE id = new.id;
END;
