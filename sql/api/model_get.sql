-- One model.
-- maybe shown
-- param  model_id  bigint
-- column model_id       bigint    The model.
-- column name           text    Which model it is a version of.
-- column state          text    active, candidate, shadow, retired or refused.
-- column horizon_days   int    Length of one period of the hazard.
-- column trained_as_of  date    Last day whose facts it saw.
-- column known_no       bigint    Commit number it was trained at.
-- column rows_used      bigint    Account-periods.
-- column events_used    bigint    Churn events among them.
-- column message        text    A clear word.
-- column created_at     timestamptz    When it was made.
-- column sha256         text    Digest of its body.
-- column features       jsonb    Its features in order.
SELECT m.model_id, m.name, m.state, m.horizon_days, m.trained_as_of, m.known_no, m.rows_used, m.events_used,
  m.message, m.created_at, m.sha256,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object('name', f.name, 'label', f.label, 'unit', f.unit)
      ORDER BY f.ordinal), '[]')
    FROM score.feature AS f
    WHERE f.model_id = m.model_id
  ) AS features
FROM score.model AS m
WHERE m.model_id = $1::bigint;
