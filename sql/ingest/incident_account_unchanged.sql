-- Take back the versions of incident account records that a load brought unchanged: a version with a
-- changed_at is a duplicate of an equal one anywhere, one without of its predecessor.
-- one
-- param  load_id   bigint
-- column ordinals  bigint[]   of those taken back
WITH gone AS (
  DELETE FROM warehouse.incident_account AS w
  USING (
    SELECT v.party_id, v.source, v.external_id, v.load_id, v.ordinal,
      CASE WHEN v.changed_at IS NULL THEN v.hash = lag(v.hash) OVER newest_last
        ELSE row_number() OVER same > 1 END AS unchanged
    FROM warehouse.incident_account AS v
    JOIN ops.load AS l ON l.load_id = v.load_id
    WHERE l.undone_no IS NULL
      AND (v.party_id, v.source, v.external_id) IN (SELECT n.party_id, n.source, n.external_id FROM warehouse.incident_account AS n WHERE n.load_id = $1::bigint)
    WINDOW newest_last AS (PARTITION BY v.party_id, v.source, v.external_id ORDER BY v.load_id, v.ordinal),
      same AS (PARTITION BY v.party_id, v.source, v.external_id, v.hash ORDER BY v.load_id, v.ordinal)
  ) AS d
  WHERE w.load_id = $1::bigint AND d.load_id = $1::bigint AND d.unchanged
    AND d.ordinal = w.ordinal AND d.party_id = w.party_id AND d.source = w.source AND d.external_id = w.external_id
  RETURNING w.ordinal
)
SELECT coalesce(array_agg(ordinal), '{}') AS ordinals
FROM gone;
