-- Remove a portion of the events of a key that were loaded, and lay long enough.
-- none
-- param  key_id    text
-- param  up_to     bigint    loaded up to this number
-- param  days      int       kept so long after they came
-- param  max_rows  int
DELETE FROM ops.inbox AS i
WHERE i.seq IN (
  SELECT o.seq
  FROM ops.inbox AS o
  WHERE o.key_id = $1::text AND o.seq <= $2::bigint AND o.seq < coalesce(
    (
      SELECT y.seq
      FROM ops.inbox AS y
      WHERE y.received_at >= now() - make_interval(days => $3::int)
      ORDER BY y.seq
      LIMIT 1
    ), $2::bigint + 1
  )
  ORDER BY o.seq
  LIMIT $4::int
);
