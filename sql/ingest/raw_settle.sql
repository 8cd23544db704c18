-- Take back the records of a load that say nothing new.
-- one
-- param  raw_id     bigint
-- param  load_id    bigint
-- param  hiding     bigint null  the generation this load hides
-- column unchanged  bigint
SELECT ops.raw_settle($1::bigint, $2::bigint, $3::bigint) AS unchanged;
