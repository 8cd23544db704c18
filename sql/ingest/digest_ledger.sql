-- Rejects and counters of the files whose loads count now.
-- copy
-- column line  text
COPY (
  SELECT concat_ws('|', 'reject', l.source, l.stream, l.file, r.ordinal::text, r.line::text, r.reason) AS line
  FROM ops.reject AS r JOIN ops.load AS l ON l.load_id = r.load_id
  WHERE l.commit_no IS NOT NULL AND l.undone_no IS NULL
  UNION ALL
  SELECT concat_ws('|', 'counters', l.source, l.stream, l.file, sum(l.read_count)::text, sum(l.loaded)::text,
    sum(l.duplicate)::text, sum(l.ignored)::text, sum(l.rejected)::text) AS line
  FROM ops.load AS l
  WHERE l.commit_no IS NOT NULL AND l.undone_no IS NULL AND l.kind = 'ingest'
  GROUP BY l.source, l.stream, l.file
) TO STDOUT (FORMAT binary);
