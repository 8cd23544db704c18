-- A decision fixed at init.
-- maybe
-- param  name   text
-- column value  text
SELECT value
FROM ops.setting
WHERE name = $1::text;
