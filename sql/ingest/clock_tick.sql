-- Take the next commit number. The clock stays locked until COMMIT, so numbers follow commits and
-- the known floor stays where it is.
-- one
-- column commit_no    bigint
-- column known_floor  bigint
-- column floor_day    date null
UPDATE ops.clock
SET commit_no = commit_no + 1
RETURNING commit_no, known_floor, floor_day;
