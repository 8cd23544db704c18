-- Retract all loads of a file's present content, because other content takes its place; the number
-- stands open until the transaction has its commit number.
-- none
-- param source  text
-- param stream  text
-- param file    text
UPDATE ops.load
SET undone_no = -1, undone_by = 'replaced by changed content'
WHERE source = $1::text AND stream = $2::text AND file = $3::text AND undone_no IS NULL
  AND commit_no IS NOT NULL AND kind = 'ingest';
