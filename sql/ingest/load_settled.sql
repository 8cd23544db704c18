-- Loads at or below the known floor of which nobody may ask a time when they counted otherwise than
-- now.
-- many
-- param  known_floor  bigint
-- column load_id      bigint
-- column counts       bool
SELECT load_id, undone_no IS NULL AS counts
FROM ops.load
WHERE commit_no <= $1::bigint AND (undone_no IS NULL OR undone_no <= $1::bigint)
ORDER BY load_id;
