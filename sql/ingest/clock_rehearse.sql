-- A commit number for a load that is never committed: beyond all that are given, and taken without
-- the clock's lock, so that others can commit meanwhile.
-- one
-- param  load_id      bigint
-- column commit_no    bigint
-- column known_floor  bigint
-- column floor_day    date null
SELECT 4611686018427387904 + $1::bigint AS commit_no, c.known_floor, c.floor_day
FROM ops.clock AS c;
