-- Another file of the stream with the same whole content, none of whose loads was retracted.
-- maybe
-- param  source        text
-- param  stream        text
-- param  path          text
-- param  content_hash  bytea
-- column path          text
SELECT f.path
FROM ops.file AS f
WHERE f.source = $1::text AND f.stream = $2::text AND f.path <> $3::text
  AND f.content_hash = $4::bytea AND f.complete
  AND NOT EXISTS (
    SELECT FROM ops.load AS l
    WHERE l.source = f.source AND l.stream = f.stream AND l.file = f.path
      AND l.load_id BETWEEN f.first_load_id AND f.last_load_id AND l.undone_no IS NOT NULL
  )
ORDER BY f.path
LIMIT 1;
