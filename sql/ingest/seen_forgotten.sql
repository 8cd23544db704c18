-- Loads of a stream whose ids may come again: retracted, or of a file that is being replaced.
-- many
-- param  source       text
-- param  stream       text
-- param  except_file  text
-- column load_id      bigint
SELECT l.load_id
FROM ops.load AS l
WHERE l.source = $1::text AND l.stream = $2::text
  AND (l.undone_no IS NOT NULL OR ($3::text <> '' AND l.file = $3::text))
ORDER BY l.load_id;
