-- What some loads were.
-- many
-- param  load_ids      bigint[]
-- column load_id       bigint
-- column commit_no     bigint
-- column undone_no     bigint null
-- column committed_at  timestamptz
-- column kind          text
-- column source        text
-- column stream        text
-- column file          text
-- column loaded        bigint
SELECT load_id, commit_no, undone_no, committed_at, kind, source, stream, file, loaded
FROM ops.load
WHERE load_id = ANY ($1::bigint[]) AND commit_no IS NOT NULL
ORDER BY load_id;
