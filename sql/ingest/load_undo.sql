-- Retract a load from a commit number on.
-- none
-- param load_id    bigint
-- param undone_no  bigint
-- param undone_by  text
UPDATE ops.load
SET undone_no = $2::bigint, undone_by = $3::text
WHERE load_id = $1::bigint AND undone_no IS NULL AND commit_no IS NOT NULL AND kind IN ('ingest', 'identity');
