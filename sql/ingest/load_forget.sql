-- Persons who are erased are erased in what a load brought too.
-- one
-- param  load_id  bigint
-- column rows     bigint
SELECT ops.forget($1::bigint) AS rows;
