-- Is there a whole file of just this size in the stream under another name?
-- one
-- param  source  text
-- param  stream  text
-- param  path    text
-- param  size    bigint
-- column found   bool
SELECT EXISTS (
  SELECT FROM ops.file AS f
  WHERE f.source = $1::text AND f.stream = $2::text AND f.path <> $3::text AND f.size = $4::bigint
    AND f.complete
) AS found;
