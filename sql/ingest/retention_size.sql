-- What retention would drop besides usage.
-- one
-- param  rejects_before  timestamptz
-- param  ids_before      timestamptz
-- column rejects         bigint
-- column ids             bigint
SELECT
  (
    SELECT count(*)
    FROM ops.reject AS r
    JOIN ops.load AS l ON l.load_id = r.load_id
    WHERE l.committed_at < $1::timestamptz
  ) AS rejects,
  (
    SELECT coalesce(sum(octet_length(s.keys) / 16), 0)::bigint
    FROM ops.seen AS s
    JOIN ops.load AS l ON l.load_id = s.load_id
    WHERE l.committed_at < $2::timestamptz AND l.stream IN ('usage_event', 'usage_metric')
  ) + (
    SELECT coalesce(sum(o.ids), 0)::bigint
    FROM ops.seen_run AS r
    CROSS JOIN LATERAL (
      SELECT least(sum(l.loaded), r.ids) AS ids
      FROM ops.load AS l
      WHERE l.source = r.source AND l.stream = r.stream AND l.committed_at < $2::timestamptz
        AND l.load_id BETWEEN r.first_load AND r.last_load
    ) AS o
    WHERE r.stream IN ('usage_event', 'usage_metric') AND r.ids <= 8 * o.ids
  ) AS ids;
