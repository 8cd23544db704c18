-- The commit number up to which loads into a load's table can no longer be retracted; no row when it
-- has no table of its own.
-- maybe
-- param  load_id  bigint
-- column kept_no  bigint
SELECT t.kept_no
FROM ops.load AS l
JOIN ops.raw_table AS t ON t.source = l.source AND ops.raw_label(t) = l.stream
WHERE l.load_id = $1::bigint;
