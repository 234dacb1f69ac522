-- How many teams one makes, and how many others put one into, is counted apart. That a member made its team was not
-- written down so far: it is taken to be the maintainer who has been in it longest.
ALTER TABLE team_members ADD COLUMN founded {bool} NOT NULL DEFAULT false;

UPDATE team_members SET founded = true WHERE role = 'maintainer' AND NOT EXISTS (
    SELECT 1 FROM team_members older WHERE older.team = team_members.team AND older.role = 'maintainer'
    AND (older.added_at < team_members.added_at
         OR (older.added_at = team_members.added_at AND older.id < team_members.id)));

-- An incident of a team is the team's, and not its reporter's any more.
UPDATE incidents SET owner = NULL WHERE team IS NOT NULL AND owner = reporter;
