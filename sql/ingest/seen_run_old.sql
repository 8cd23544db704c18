-- Runs of which an eighth at least are ids of usage that came before an instant.
-- many
-- param  before  timestamptz
-- column run_id  bigint
-- column source  text
-- column stream  text
SELECT r.run_id, r.source, r.stream
FROM ops.seen_run AS r
WHERE r.stream IN ('usage_event', 'usage_metric') AND r.ids <= 8 * (
  SELECT coalesce(sum(l.loaded), 0)
  FROM ops.load AS l
  WHERE l.source = r.source AND l.stream = r.stream AND l.committed_at < $1::timestamptz
    AND l.load_id BETWEEN r.first_load AND r.last_load
)
ORDER BY r.run_id;
