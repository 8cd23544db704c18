-- The files that a run was computed with; none when they were not kept.
-- many
-- param  run_id  bigint
-- column name    text
-- column body    text
SELECT c.name, c.body
FROM score.run AS r
JOIN ops.config AS c ON c.config_id = ANY (r.config_ids)
WHERE r.run_id = $1::bigint
ORDER BY c.name;
