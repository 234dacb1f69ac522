-- A user to whom maintenance windows belong is not deleted, as with servers (0003): a window that went along left no record.
-- SQLite cannot alter the ON DELETE CASCADE of 0009: this comes before it.
CREATE TRIGGER maintenance_windows_hold_their_owner BEFORE DELETE ON users
WHEN EXISTS (SELECT 1 FROM maintenance_windows WHERE owner = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'maintenance windows belong to this user');
END;
