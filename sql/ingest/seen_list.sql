-- The ids of a stream that count, but for those of a file that is being replaced.
-- copy
-- param  source       text
-- param  stream       text
-- param  except_file  text
-- column keys         bytea
COPY (
  SELECT s.keys
  FROM ops.seen AS s
  JOIN ops.load AS l ON l.load_id = s.load_id
  WHERE s.source = $1::text AND s.stream = $2::text AND l.undone_no IS NULL AND l.file <> $3::text
  ORDER BY s.load_id, s.bucket
) TO STDOUT (FORMAT binary);
