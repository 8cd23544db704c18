-- Note from which event time on ids are kept, for the streams of usage that have older loads' ids.
-- Records without a time of their own keep theirs.
-- none
-- param arrived_before  timestamptz   loads before this one lose their ids
-- param kept_from       timestamptz
INSERT INTO ops.retention (what, source, stream, kept_from)
SELECT DISTINCT 'id', s.source, s.stream, $2::timestamptz
FROM (
  SELECT c.source, c.stream, c.load_id FROM ops.seen AS c
  UNION ALL
  SELECT r.source, r.stream, r.first_load FROM ops.seen_run AS r
) AS s
JOIN ops.load AS l ON l.load_id = s.load_id
WHERE l.committed_at < $1::timestamptz AND l.stream IN ('usage_event', 'usage_metric')
ON CONFLICT (what, source, stream) DO UPDATE
SET kept_from = greatest(retention.kept_from, excluded.kept_from);
