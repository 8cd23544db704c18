-- Loads that speak of no days of usage were said to speak of the first of 1970.
UPDATE ops.load SET first_day = NULL, last_day = NULL
WHERE first_day = '1970-01-01' AND last_day = '1970-01-01';
