-- Take back the versions of fx rate records that a load brought unchanged: a version with a
-- changed_at is a duplicate of an equal one anywhere, one without of its predecessor.
-- one
-- param  load_id   bigint
-- column ordinals  bigint[]   of those taken back
WITH gone AS (
  DELETE FROM warehouse.fx_rate AS w
  USING (
    SELECT v.currency, v.day, v.load_id, v.ordinal,
      CASE WHEN v.changed_at IS NULL THEN v.hash = lag(v.hash) OVER newest_last
        ELSE row_number() OVER same > 1 END AS unchanged
    FROM warehouse.fx_rate AS v
    JOIN ops.load AS l ON l.load_id = v.load_id
    WHERE l.undone_no IS NULL
      AND (v.currency, v.day) IN (SELECT n.currency, n.day FROM warehouse.fx_rate AS n WHERE n.load_id = $1::bigint)
    WINDOW newest_last AS (PARTITION BY v.currency, v.day ORDER BY v.load_id, v.ordinal),
      same AS (PARTITION BY v.currency, v.day, v.hash ORDER BY v.load_id, v.ordinal)
  ) AS d
  WHERE w.load_id = $1::bigint AND d.load_id = $1::bigint AND d.unchanged
    AND d.ordinal = w.ordinal AND d.currency = w.currency AND d.day = w.day
  RETURNING w.ordinal
)
SELECT coalesce(array_agg(ordinal), '{}') AS ordinals
FROM gone;
