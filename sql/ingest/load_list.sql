-- The newest loads with their counters.
-- many
-- param  max_rows       int
-- column load_id        bigint
-- column run_id         bigint null
-- column kind           text
-- column source         text
-- column stream         text
-- column file           text
-- column commit_no      bigint null
-- column undone_no      bigint null
-- column committed_at   timestamptz
-- column read_count     bigint
-- column loaded         bigint
-- column duplicate      bigint
-- column ignored        bigint
-- column rejected       bigint
SELECT load_id, run_id, kind, source, stream, file, commit_no, undone_no, committed_at, read_count,
  loaded, duplicate, ignored, rejected
FROM ops.load
ORDER BY load_id DESC
LIMIT $1::integer;
