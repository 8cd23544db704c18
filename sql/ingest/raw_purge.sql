-- Drop the versions of a load's keys that will never be shown.
-- one
-- param  raw_id   bigint
-- param  load_id  bigint
-- param  upto     bigint
-- column gone     bigint
SELECT ops.raw_purge($1::bigint, $2::bigint, $3::bigint) AS gone;
