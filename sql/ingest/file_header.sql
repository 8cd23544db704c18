-- The header that a stream's newest file had. Asked before a file is read whose content is new.
-- maybe
-- param  source  text
-- param  stream  text
-- column header  text
SELECT f.header
FROM ops.file AS f
WHERE f.source = $1::text AND f.stream = $2::text AND f.header <> ''
ORDER BY f.last_load_id DESC, f.path
LIMIT 1;
