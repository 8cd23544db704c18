-- What the days that checks look at stand on besides loads.
-- one
-- param  metrics  text[]
-- column basis    text
SELECT concat_ws(' ', (
    SELECT to_char(r.kept_from AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI')
    FROM ops.retention AS r
    WHERE r.what = 'usage'
  ), $1::text[]::text) AS basis;
