-- Nothing is noted here: PostgreSQL's indexes of search_text follow by themselves.
SELECT 1;
