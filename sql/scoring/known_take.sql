-- The newest commit number; waits for loads that hold the clock, so that none is half seen.
-- one
-- column commit_no    bigint
-- column known_floor  bigint
-- column floor_day    date null
-- column at           timestamptz
SELECT commit_no, known_floor, floor_day, clock_timestamp() AS at
FROM ops.clock
FOR UPDATE;
