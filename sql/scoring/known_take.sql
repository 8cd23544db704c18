-- The newest commit number; waits for loads that hold the clock, so that none is half seen.
-- one
-- column commit_no  bigint
-- column at         timestamptz
SELECT commit_no, clock_timestamp() AS at
FROM ops.clock
FOR UPDATE;
