-- Drop a portion of the ids that old loads of usage brought.
-- one
-- param  before    timestamptz
-- param  max_rows  int
-- column chunks    bigint
-- column ids       bigint
WITH gone AS (
  DELETE FROM ops.seen AS s
  USING (
    SELECT o.source, o.stream, o.bucket, o.load_id
    FROM ops.seen AS o
    JOIN ops.load AS l ON l.load_id = o.load_id
    WHERE l.committed_at < $1::timestamptz AND l.stream IN ('usage_event', 'usage_metric')
    LIMIT $2::int
  ) AS d
  WHERE s.source = d.source AND s.stream = d.stream AND s.bucket = d.bucket
    AND s.load_id = d.load_id
  RETURNING octet_length(s.keys) / 16 AS ids
)
SELECT count(*) AS chunks, coalesce(sum(ids), 0)::bigint AS ids
FROM gone;
