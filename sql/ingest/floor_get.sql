-- The floor below which what was known cannot be asked, and loads cannot be retracted.
-- one
-- column known_floor  bigint
-- column floor_day    date null
SELECT known_floor, floor_day
FROM ops.clock;
