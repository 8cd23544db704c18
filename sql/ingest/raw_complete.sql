-- Fill what the partial records of a load leave open.
-- one
-- param  raw_id     bigint
-- param  load_id    bigint
-- column completed  bigint
SELECT ops.raw_complete($1::bigint, $2::bigint) AS completed;
