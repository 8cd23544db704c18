-- Every row that names a person.
-- many
-- param  identifier  text
-- column place       text
-- column record      jsonb
SELECT p.place, p.record
FROM ops.show_person($1::text) AS p
ORDER BY p.place, p.record;
