-- The ids that the runs of a stream hold, with their loads.
-- copy
-- param  source   text
-- param  stream   text
-- column entries  bytea
COPY (
  SELECT p.entries
  FROM ops.seen_run AS r
  JOIN ops.seen_page AS p ON p.run_id = r.run_id
  WHERE r.source = $1::text AND r.stream = $2::text
) TO STDOUT (FORMAT binary);
