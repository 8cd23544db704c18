-- Every invariant with the number of rows that break it.
-- many
-- column name        text
-- column violations  bigint
SELECT name, violations
FROM ops.invariant
ORDER BY name;
