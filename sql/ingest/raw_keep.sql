-- Say that of what was replaced by loads up to a commit number only what counts is kept. Locks the
-- clock, so that a retraction that has not committed sees it.
-- none
-- param upto  bigint
UPDATE ops.raw_table AS t
SET kept_no = $1::bigint
FROM (SELECT c.commit_no FROM ops.clock AS c FOR UPDATE) AS k
WHERE t.kept_no < $1::bigint;
