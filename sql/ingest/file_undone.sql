-- Loads that this transaction retracts because other content takes their file's place.
-- one
-- column load_ids  bigint[]
SELECT coalesce(array_agg(load_id ORDER BY load_id), '{}') AS load_ids
FROM ops.load
WHERE undone_no = -1;
