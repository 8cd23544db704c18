-- Give the retraction of replaced content its commit number.
-- none
-- param commit_no  bigint
UPDATE ops.load
SET undone_no = $1::bigint
WHERE undone_no = -1;
