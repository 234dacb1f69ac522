-- The indexes of ?q= are PostgreSQL's: here a search goes along the index of the list, and looks at each row.
SELECT 1;
