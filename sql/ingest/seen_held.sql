-- How many ids the runs of a stream hold.
-- one
-- param  source  text
-- param  stream  text
-- column ids     bigint
SELECT coalesce(sum(r.ids), 0)::bigint AS ids
FROM ops.seen_run AS r
WHERE r.source = $1::text AND r.stream = $2::text;
