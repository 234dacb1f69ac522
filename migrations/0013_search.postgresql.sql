-- ?q= at a million rows: an index of the trigrams of search_text, which LIKE uses by itself. pg_trgm comes with
-- PostgreSQL, and whoever may create objects in the database may enable it; where that is refused there is no index, a
-- search looks at every row, and the server says so when it starts. To add the indexes later: enable the extension, then
-- run the CREATE INDEX statements below.
DO $$
DECLARE
    place text;
BEGIN
    BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
    EXCEPTION WHEN OTHERS THEN
        RAISE WARNING 'pg_trgm is not available: %', SQLERRM;
    END;
    SELECT n.nspname INTO place FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_trgm';
    IF place IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE INDEX servers_by_text ON servers USING gin (search_text %I.gin_trgm_ops)', place);
    EXECUTE format('CREATE INDEX incidents_by_text ON incidents USING gin (search_text %I.gin_trgm_ops)', place);
    EXECUTE format('CREATE INDEX backups_by_text ON backups USING gin (search_text %I.gin_trgm_ops)', place);
END
$$;
