-- Drop a portion of the rejects of old loads.
-- none
-- param before    timestamptz
-- param max_rows  int
DELETE FROM ops.reject AS r
USING (
  SELECT o.load_id, o.ordinal
  FROM ops.reject AS o
  JOIN ops.load AS l ON l.load_id = o.load_id
  WHERE l.committed_at < $1::timestamptz
  LIMIT $2::int
) AS d
WHERE r.load_id = d.load_id AND r.ordinal = d.ordinal;
