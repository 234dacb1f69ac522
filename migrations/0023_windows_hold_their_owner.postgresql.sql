-- A user to whom maintenance windows belong is not deleted, as with servers (0003): a window that went along left no record.
ALTER TABLE maintenance_windows
    DROP CONSTRAINT maintenance_windows_owner_fkey,
    ADD CONSTRAINT maintenance_windows_owner_fkey FOREIGN KEY (owner) REFERENCES users (id);
