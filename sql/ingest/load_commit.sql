-- Give a load its commit number.
-- none
-- param load_id    bigint
-- param commit_no  bigint
UPDATE ops.load
SET commit_no = $2::bigint
WHERE load_id = $1::bigint;
