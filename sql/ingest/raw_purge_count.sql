-- How many versions would never be shown, were what was replaced up to a commit number not kept.
-- one
-- param  upto   bigint
-- column gone   bigint
SELECT coalesce(sum(ops.raw_purge(t.raw_id, NULL, $1::bigint)), 0)::bigint AS gone
FROM ops.raw_table AS t;
