-- How far loads have come.
-- one
-- column commit_no  bigint
SELECT commit_no
FROM ops.clock;
