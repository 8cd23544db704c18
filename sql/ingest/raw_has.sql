-- Has a stream records of a generation; with null: any that count now?
-- one
-- param  raw_id      bigint
-- param  generation  bigint null
-- column found       bool
SELECT ops.raw_has($1::bigint, $2::bigint) AS found;
