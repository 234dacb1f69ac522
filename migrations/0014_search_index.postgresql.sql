-- PostgreSQL has its indexes of search_text already (0013); this is SQLite's.
SELECT 1;
