-- How far a source was read.
-- maybe
-- param  source    text
-- param  stream    text
-- column position  text
SELECT w.position
FROM ops.watermark AS w
WHERE w.source = $1::text AND w.stream = $2::text;
