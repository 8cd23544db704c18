-- The newest commit number and the floor below which the past cannot be asked.
-- one
-- column commit_no    bigint
-- column known_floor  bigint
-- column floor_day    date null
-- column at           timestamptz
SELECT commit_no, known_floor, floor_day, clock_timestamp() AS at
FROM ops.clock;
