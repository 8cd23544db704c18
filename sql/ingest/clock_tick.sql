-- Take the next commit number. The clock stays locked until COMMIT, so numbers follow commits.
-- one
-- column commit_no  bigint
UPDATE ops.clock
SET commit_no = commit_no + 1
RETURNING commit_no;
