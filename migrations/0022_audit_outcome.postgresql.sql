-- Nothing is to be done here: PostgreSQL checks a list of values at no cost.
SELECT 1;
