-- What counts today of each stream of each source: its loads, its files, how far it was read.
-- many
-- column source         text
-- column stream         text
-- column loads          bigint
-- column last_load_id   bigint
-- column last_load_at   timestamptz
-- column loaded         bigint
-- column rejected       bigint
-- column last_rejected  bigint        of the newest load's run
-- column files          bigint        0 for sources that are no files
-- column unfinished     bigint        files that were not read to their end
-- column position       text null     of sources that are no files
SELECT l.source, l.stream, count(*) AS loads, max(l.load_id) AS last_load_id,
  max(l.committed_at) AS last_load_at, sum(l.loaded)::bigint AS loaded,
  sum(l.rejected)::bigint AS rejected,
  coalesce(sum(l.rejected) FILTER (WHERE l.run_id = n.run_id), 0)::bigint AS last_rejected,
  coalesce(max(f.files), 0) AS files, coalesce(max(f.unfinished), 0) AS unfinished,
  max(w.position) AS position
FROM ops.load AS l
JOIN (
  SELECT DISTINCT ON (source, stream) source, stream, run_id
  FROM ops.load
  WHERE kind = 'ingest' AND commit_no IS NOT NULL AND undone_no IS NULL
  ORDER BY source, stream, load_id DESC
) AS n ON n.source = l.source AND n.stream = l.stream
LEFT JOIN (
  SELECT source, stream, count(*) AS files, count(*) FILTER (WHERE NOT complete) AS unfinished
  FROM ops.file
  GROUP BY source, stream
) AS f ON f.source = l.source AND f.stream = l.stream
LEFT JOIN ops.watermark AS w ON w.source = l.source AND w.stream IN (l.stream, '')
WHERE l.kind = 'ingest' AND l.commit_no IS NOT NULL AND l.undone_no IS NULL
GROUP BY l.source, l.stream
ORDER BY l.source, l.stream;
