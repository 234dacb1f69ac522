-- When a user or a team goes, what named them names nobody (ON DELETE SET NULL): that is a new version of the row, too.
CREATE FUNCTION next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

CREATE TRIGGER incidents_left BEFORE UPDATE OF reporter, assignee, team, owner ON incidents
FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION next_version();

CREATE TRIGGER maintenance_windows_left BEFORE UPDATE OF team ON maintenance_windows
FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION next_version();
