-- Why records were rejected, by source, stream, field and reason.
-- many shown
-- param  source   text null
-- param  from_at  timestamptz null
-- column source        text    Source.
-- column stream        text    Stream.
-- column field         text    Field of the source.
-- column reason        text    Stable code.
-- column rejected      bigint    How many records.
-- column last_load_id  bigint    The latest load that has one.
-- column last_at       timestamptz    Its time.
SELECT l.source, l.stream, r.field, r.reason, count(*) AS rejected, max(l.load_id) AS last_load_id,
  max(l.committed_at) AS last_at
FROM ops.reject AS r
JOIN ops.load AS l ON l.load_id = r.load_id
WHERE l.undone_no IS NULL AND ($1::text IS NULL OR l.source = $1::text)
  AND ($2::timestamptz IS NULL OR l.committed_at >= $2::timestamptz)
GROUP BY l.source, l.stream, r.field, r.reason
ORDER BY rejected DESC, l.source, l.stream, r.field, r.reason
LIMIT 1000;
