-- Every committed load: when it began to count and when it stopped.
-- many
-- column load_id       bigint
-- column commit_no     bigint
-- column undone_no     bigint null
-- column committed_at  timestamptz
SELECT load_id, commit_no, undone_no, committed_at
FROM ops.load
WHERE commit_no IS NOT NULL
ORDER BY load_id;
