-- ?q= at a million rows: an index of the trigrams of search_text, as PostgreSQL has it (0013). It keeps neither the text
-- (content='') nor positions (detail='none'): what it finds is looked at again. A statement that wrote to it would write some
-- hundred trigrams, so triggers only note which rows are due, and with which text the index has them (`was`; NULL: not at all);
-- housekeeping indexes them by the hundred. Until then a search looks at what is due as well. Rows are numbered by a table
-- beside the index, because the row numbers of a table without an INTEGER PRIMARY KEY change with VACUUM.

CREATE TABLE servers_search_rows (
    number INTEGER PRIMARY KEY,
    id     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX servers_search_rows_id ON servers_search_rows (id);
CREATE TABLE servers_search_due (
    id  BLOB PRIMARY KEY,
    was TEXT
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE servers_search USING fts5 (
    text, content='', columnsize=0, detail='none', tokenize='trigram case_sensitive 1');

INSERT INTO servers_search_due (id) SELECT id FROM servers;

CREATE TRIGGER servers_search_insert AFTER INSERT ON servers BEGIN
    INSERT OR IGNORE INTO servers_search_due (id) VALUES (new.id);
END;
CREATE TRIGGER servers_search_update AFTER UPDATE OF search_text ON servers WHEN old.search_text <> new.search_text BEGIN
    INSERT OR IGNORE INTO servers_search_due (id, was) VALUES (old.id, old.search_text);
END;
CREATE TRIGGER servers_search_delete AFTER DELETE ON servers BEGIN
    INSERT OR IGNORE INTO servers_search_due (id, was) VALUES (old.id, old.search_text);
END;

CREATE TABLE incidents_search_rows (
    number INTEGER PRIMARY KEY,
    id     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX incidents_search_rows_id ON incidents_search_rows (id);
CREATE TABLE incidents_search_due (
    id  BLOB PRIMARY KEY,
    was TEXT
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE incidents_search USING fts5 (
    text, content='', columnsize=0, detail='none', tokenize='trigram case_sensitive 1');

INSERT INTO incidents_search_due (id) SELECT id FROM incidents;

CREATE TRIGGER incidents_search_insert AFTER INSERT ON incidents BEGIN
    INSERT OR IGNORE INTO incidents_search_due (id) VALUES (new.id);
END;
CREATE TRIGGER incidents_search_update AFTER UPDATE OF search_text ON incidents WHEN old.search_text <> new.search_text BEGIN
    INSERT OR IGNORE INTO incidents_search_due (id, was) VALUES (old.id, old.search_text);
END;
CREATE TRIGGER incidents_search_delete AFTER DELETE ON incidents BEGIN
    INSERT OR IGNORE INTO incidents_search_due (id, was) VALUES (old.id, old.search_text);
END;

CREATE TABLE backups_search_rows (
    number INTEGER PRIMARY KEY,
    id     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX backups_search_rows_id ON backups_search_rows (id);
CREATE TABLE backups_search_due (
    id  BLOB PRIMARY KEY,
    was TEXT
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE backups_search USING fts5 (
    text, content='', columnsize=0, detail='none', tokenize='trigram case_sensitive 1');

INSERT INTO backups_search_due (id) SELECT id FROM backups;

CREATE TRIGGER backups_search_insert AFTER INSERT ON backups BEGIN
    INSERT OR IGNORE INTO backups_search_due (id) VALUES (new.id);
END;
CREATE TRIGGER backups_search_update AFTER UPDATE OF search_text ON backups WHEN old.search_text <> new.search_text BEGIN
    INSERT OR IGNORE INTO backups_search_due (id, was) VALUES (old.id, old.search_text);
END;
CREATE TRIGGER backups_search_delete AFTER DELETE ON backups BEGIN
    INSERT OR IGNORE INTO backups_search_due (id, was) VALUES (old.id, old.search_text);
END;
