-- Risk and opportunity indicators with the days they were set and cleared.

CREATE OR REPLACE VIEW bi.indicator AS
SELECT
  f.account_id, k.key AS account_key, f.indicator, f.kind,
  (array_agg(f.label ORDER BY f.as_of DESC))[1] AS label,
  (array_agg(f.label_ja ORDER BY f.as_of DESC))[1] AS label_ja,
  min(f.as_of) FILTER (WHERE f.is_known) AS set_on,
  (
    SELECT min(p.as_of)
    FROM score.published AS p
    WHERE p.as_of > max(f.as_of)
  ) AS cleared_on,
  (array_agg(f.value ORDER BY f.as_of) FILTER (WHERE f.is_known))[1] AS value_when_set,
  (array_agg(f.value ORDER BY f.as_of DESC) FILTER (WHERE f.is_known))[1] AS value_last,
  max(f.as_of) AS last_on, count(*) AS days
FROM (
  SELECT i.account_id, i.as_of, i.indicator, i.label, i.label_ja, i.kind, i.is_known, i.value,
    d.n - row_number() OVER (PARTITION BY i.account_id, i.indicator ORDER BY i.as_of) AS stretch
  FROM score.indicator_day AS i
  JOIN (
    SELECT p.as_of, row_number() OVER (ORDER BY p.as_of) AS n
    FROM score.published AS p
  ) AS d ON d.as_of = i.as_of
) AS f
JOIN identity.account AS k ON k.account_id = f.account_id
GROUP BY f.account_id, k.key, f.indicator, f.kind, f.stretch
HAVING bool_or(f.is_known);
COMMENT ON VIEW bi.indicator IS 'Each stretch of published days on which an indicator was set. A day without a value neither sets nor clears one.';
COMMENT ON COLUMN bi.indicator.account_id IS 'Account.';
COMMENT ON COLUMN bi.indicator.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.indicator.indicator IS 'Its name in indicators.yaml.';
COMMENT ON COLUMN bi.indicator.kind IS 'risk or opportunity.';
COMMENT ON COLUMN bi.indicator.label IS 'What people call it.';
COMMENT ON COLUMN bi.indicator.label_ja IS 'The same in Japanese.';
COMMENT ON COLUMN bi.indicator.set_on IS 'First published day it was set.';
COMMENT ON COLUMN bi.indicator.cleared_on IS 'First published day after it; null while it is set.';
COMMENT ON COLUMN bi.indicator.value_when_set IS 'The metric''s value on the first day.';
COMMENT ON COLUMN bi.indicator.value_last IS 'Its newest value.';
COMMENT ON COLUMN bi.indicator.last_on IS 'Last published day it was set.';
COMMENT ON COLUMN bi.indicator.days IS 'Published days in the stretch.';

GRANT SELECT ON bi.indicator TO kenko_bi;
