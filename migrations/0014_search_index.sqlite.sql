-- ?q= at a million rows: an index of the trigrams of search_text, as PostgreSQL has it (0013). It keeps neither the text
-- (content='') nor positions (detail='none'): what it finds is looked at again. Its rows are numbered by a table beside it,
-- because the row numbers of a table without an INTEGER PRIMARY KEY change with VACUUM. Triggers keep it in step, whichever
-- statement writes or deletes a row; SQLite lets them, because the connection that writes trusts the schema.

CREATE TABLE servers_search_rows (
    number INTEGER PRIMARY KEY,
    id     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX servers_search_rows_id ON servers_search_rows (id);
CREATE VIRTUAL TABLE servers_search USING fts5 (
    text, content='', columnsize=0, detail='none', tokenize='trigram case_sensitive 1');

INSERT INTO servers_search_rows (id) SELECT id FROM servers;
INSERT INTO servers_search (rowid, text)
    SELECT r.number, t.search_text FROM servers_search_rows r JOIN servers t ON t.id = r.id;

CREATE TRIGGER servers_search_insert AFTER INSERT ON servers BEGIN
    INSERT INTO servers_search_rows (id) VALUES (new.id);
    INSERT INTO servers_search (rowid, text)
        SELECT number, new.search_text FROM servers_search_rows WHERE id = new.id;
END;
CREATE TRIGGER servers_search_update AFTER UPDATE OF search_text ON servers WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO servers_search (servers_search, rowid, text)
        SELECT 'delete', number, old.search_text FROM servers_search_rows WHERE id = old.id;
    INSERT INTO servers_search (rowid, text)
        SELECT number, new.search_text FROM servers_search_rows WHERE id = new.id;
END;
CREATE TRIGGER servers_search_delete AFTER DELETE ON servers BEGIN
    INSERT INTO servers_search (servers_search, rowid, text)
        SELECT 'delete', number, old.search_text FROM servers_search_rows WHERE id = old.id;
    DELETE FROM servers_search_rows WHERE id = old.id;
END;

CREATE TABLE incidents_search_rows (
    number INTEGER PRIMARY KEY,
    id     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX incidents_search_rows_id ON incidents_search_rows (id);
CREATE VIRTUAL TABLE incidents_search USING fts5 (
    text, content='', columnsize=0, detail='none', tokenize='trigram case_sensitive 1');

INSERT INTO incidents_search_rows (id) SELECT id FROM incidents;
INSERT INTO incidents_search (rowid, text)
    SELECT r.number, t.search_text FROM incidents_search_rows r JOIN incidents t ON t.id = r.id;

CREATE TRIGGER incidents_search_insert AFTER INSERT ON incidents BEGIN
    INSERT INTO incidents_search_rows (id) VALUES (new.id);
    INSERT INTO incidents_search (rowid, text)
        SELECT number, new.search_text FROM incidents_search_rows WHERE id = new.id;
END;
CREATE TRIGGER incidents_search_update AFTER UPDATE OF search_text ON incidents WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO incidents_search (incidents_search, rowid, text)
        SELECT 'delete', number, old.search_text FROM incidents_search_rows WHERE id = old.id;
    INSERT INTO incidents_search (rowid, text)
        SELECT number, new.search_text FROM incidents_search_rows WHERE id = new.id;
END;
CREATE TRIGGER incidents_search_delete AFTER DELETE ON incidents BEGIN
    INSERT INTO incidents_search (incidents_search, rowid, text)
        SELECT 'delete', number, old.search_text FROM incidents_search_rows WHERE id = old.id;
    DELETE FROM incidents_search_rows WHERE id = old.id;
END;

CREATE TABLE backups_search_rows (
    number INTEGER PRIMARY KEY,
    id     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX backups_search_rows_id ON backups_search_rows (id);
CREATE VIRTUAL TABLE backups_search USING fts5 (
    text, content='', columnsize=0, detail='none', tokenize='trigram case_sensitive 1');

INSERT INTO backups_search_rows (id) SELECT id FROM backups;
INSERT INTO backups_search (rowid, text)
    SELECT r.number, t.search_text FROM backups_search_rows r JOIN backups t ON t.id = r.id;

CREATE TRIGGER backups_search_insert AFTER INSERT ON backups BEGIN
    INSERT INTO backups_search_rows (id) VALUES (new.id);
    INSERT INTO backups_search (rowid, text)
        SELECT number, new.search_text FROM backups_search_rows WHERE id = new.id;
END;
CREATE TRIGGER backups_search_update AFTER UPDATE OF search_text ON backups WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO backups_search (backups_search, rowid, text)
        SELECT 'delete', number, old.search_text FROM backups_search_rows WHERE id = old.id;
    INSERT INTO backups_search (rowid, text)
        SELECT number, new.search_text FROM backups_search_rows WHERE id = new.id;
END;
CREATE TRIGGER backups_search_delete AFTER DELETE ON backups BEGIN
    INSERT INTO backups_search (backups_search, rowid, text)
        SELECT 'delete', number, old.search_text FROM backups_search_rows WHERE id = old.id;
    DELETE FROM backups_search_rows WHERE id = old.id;
END;
