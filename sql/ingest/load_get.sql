-- One load.
-- maybe
-- param  load_id    bigint
-- column kind       text
-- column commit_no  bigint null
-- column undone_no  bigint null
SELECT kind, commit_no, undone_no
FROM ops.load
WHERE load_id = $1::bigint;
