-- ?q= at a million rows: an index of the trigrams of search_text, as PostgreSQL has it (0013). It keeps neither the text
-- (content='') nor positions (detail='none'): what it finds is looked at again. A statement that wrote to it would write some
-- hundred trigrams, so triggers only note which rows are due, and with which text the index has them (`was`; NULL: not at all);
-- a task indexes them by the hundred. Until then a search looks at what is due as well. Rows are numbered by a table beside the
-- index, because the row numbers of a table without an INTEGER PRIMARY KEY change with VACUUM, and no number is given twice.

CREATE TABLE servers_search_rows (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX servers_search_rows_id ON servers_search_rows (id);
CREATE TABLE servers_search_due (
    number INTEGER PRIMARY KEY,
    was    TEXT
) STRICT;
CREATE VIRTUAL TABLE servers_search USING fts5 (
    text, content='', columnsize=0, detail='none', tokenize='trigram case_sensitive 1');

INSERT INTO servers_search_rows (id) SELECT id FROM servers;
INSERT INTO servers_search_due (number) SELECT number FROM servers_search_rows;

CREATE TRIGGER servers_search_insert AFTER INSERT ON servers BEGIN
    INSERT INTO servers_search_rows (id) VALUES (new.id);
    INSERT INTO servers_search_due (number) SELECT number FROM servers_search_rows WHERE id = new.id;
END;
CREATE TRIGGER servers_search_update AFTER UPDATE OF search_text ON servers WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO servers_search_due (number, was)
        SELECT number, old.search_text FROM servers_search_rows r
        WHERE id = old.id AND NOT EXISTS (SELECT 1 FROM servers_search_due d WHERE d.number = r.number);
END;
CREATE TRIGGER servers_search_delete AFTER DELETE ON servers BEGIN
    INSERT INTO servers_search_due (number, was)
        SELECT number, old.search_text FROM servers_search_rows r
        WHERE id = old.id AND NOT EXISTS (SELECT 1 FROM servers_search_due d WHERE d.number = r.number);
    DELETE FROM servers_search_due
        WHERE was IS NULL AND number = (SELECT number FROM servers_search_rows WHERE id = old.id);
    DELETE FROM servers_search_rows WHERE id = old.id;
END;

CREATE TABLE incidents_search_rows (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX incidents_search_rows_id ON incidents_search_rows (id);
CREATE TABLE incidents_search_due (
    number INTEGER PRIMARY KEY,
    was    TEXT
) STRICT;
CREATE VIRTUAL TABLE incidents_search USING fts5 (
    text, content='', columnsize=0, detail='none', tokenize='trigram case_sensitive 1');

INSERT INTO incidents_search_rows (id) SELECT id FROM incidents;
INSERT INTO incidents_search_due (number) SELECT number FROM incidents_search_rows;

CREATE TRIGGER incidents_search_insert AFTER INSERT ON incidents BEGIN
    INSERT INTO incidents_search_rows (id) VALUES (new.id);
    INSERT INTO incidents_search_due (number) SELECT number FROM incidents_search_rows WHERE id = new.id;
END;
CREATE TRIGGER incidents_search_update AFTER UPDATE OF search_text ON incidents WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO incidents_search_due (number, was)
        SELECT number, old.search_text FROM incidents_search_rows r
        WHERE id = old.id AND NOT EXISTS (SELECT 1 FROM incidents_search_due d WHERE d.number = r.number);
END;
CREATE TRIGGER incidents_search_delete AFTER DELETE ON incidents BEGIN
    INSERT INTO incidents_search_due (number, was)
        SELECT number, old.search_text FROM incidents_search_rows r
        WHERE id = old.id AND NOT EXISTS (SELECT 1 FROM incidents_search_due d WHERE d.number = r.number);
    DELETE FROM incidents_search_due
        WHERE was IS NULL AND number = (SELECT number FROM incidents_search_rows WHERE id = old.id);
    DELETE FROM incidents_search_rows WHERE id = old.id;
END;

CREATE TABLE backups_search_rows (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX backups_search_rows_id ON backups_search_rows (id);
CREATE TABLE backups_search_due (
    number INTEGER PRIMARY KEY,
    was    TEXT
) STRICT;
CREATE VIRTUAL TABLE backups_search USING fts5 (
    text, content='', columnsize=0, detail='none', tokenize='trigram case_sensitive 1');

INSERT INTO backups_search_rows (id) SELECT id FROM backups;
INSERT INTO backups_search_due (number) SELECT number FROM backups_search_rows;

CREATE TRIGGER backups_search_insert AFTER INSERT ON backups BEGIN
    INSERT INTO backups_search_rows (id) VALUES (new.id);
    INSERT INTO backups_search_due (number) SELECT number FROM backups_search_rows WHERE id = new.id;
END;
CREATE TRIGGER backups_search_update AFTER UPDATE OF search_text ON backups WHEN old.search_text <> new.search_text BEGIN
    INSERT INTO backups_search_due (number, was)
        SELECT number, old.search_text FROM backups_search_rows r
        WHERE id = old.id AND NOT EXISTS (SELECT 1 FROM backups_search_due d WHERE d.number = r.number);
END;
CREATE TRIGGER backups_search_delete AFTER DELETE ON backups BEGIN
    INSERT INTO backups_search_due (number, was)
        SELECT number, old.search_text FROM backups_search_rows r
        WHERE id = old.id AND NOT EXISTS (SELECT 1 FROM backups_search_due d WHERE d.number = r.number);
    DELETE FROM backups_search_due
        WHERE was IS NULL AND number = (SELECT number FROM backups_search_rows WHERE id = old.id);
    DELETE FROM backups_search_rows WHERE id = old.id;
END;
