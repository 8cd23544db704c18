-- Does the run still hold the newest fence? Locks it until the batch commits.
-- maybe
-- param  job    text
-- column fence  bigint
SELECT fence
FROM ops.fence
WHERE job = $1::text
FOR SHARE;
