-- Loads that count.
-- many
-- column load_id  bigint
SELECT load_id
FROM ops.load
WHERE commit_no IS NOT NULL AND undone_no IS NULL
ORDER BY load_id;
