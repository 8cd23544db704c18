CREATE VIEW bi.usage_recent AS
SELECT r.account_id, r.metric, r.month + (u.at::integer - 1) AS day, r.account_key, r.unit, u.value
FROM score.usage_recent AS r
CROSS JOIN LATERAL unnest(r.v) WITH ORDINALITY AS u(value, at)
WHERE u.value IS NOT NULL
  AND r.month + (u.at::integer - 1) >= (SELECT max(p.as_of) FROM score.published AS p) - 92;
COMMENT ON VIEW bi.usage_recent IS 'Usage of the last 92 days per account, metric and business day, subjects folded; refreshed at publish.';
COMMENT ON COLUMN bi.usage_recent.account_id IS 'Account.';
COMMENT ON COLUMN bi.usage_recent.metric IS 'Usage metric.';
COMMENT ON COLUMN bi.usage_recent.day IS 'Business day.';
COMMENT ON COLUMN bi.usage_recent.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.usage_recent.unit IS 'Unit.';
COMMENT ON COLUMN bi.usage_recent.value IS 'Value in the unit.';
GRANT SELECT ON bi.usage_recent TO kenko_bi;
