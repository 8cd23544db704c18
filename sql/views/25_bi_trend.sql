-- Where a health is going: a robust slope, and an arrow only where it is more than noise.

CREATE OR REPLACE VIEW bi.account_trend AS
WITH recent AS (
  SELECT s.account_id, s.as_of, s.effective_bp
  FROM score.account_published AS s
  WHERE s.as_of > (SELECT max(p.as_of) FROM score.published AS p) - 28
    AND s.effective_bp IS NOT NULL
), slope AS (
  SELECT a.account_id, count(*) AS pairs,
    percentile_cont(0.5) WITHIN GROUP (
      ORDER BY (b.effective_bp - a.effective_bp)::double precision / (b.as_of - a.as_of)) AS per_day
  FROM recent AS a
  JOIN recent AS b ON b.account_id = a.account_id AND b.as_of > a.as_of
  GROUP BY a.account_id
), middle AS (
  SELECT r.account_id, percentile_cont(0.5) WITHIN GROUP (
      ORDER BY r.effective_bp - s.per_day * (r.as_of - DATE '2000-01-01')) AS at_zero
  FROM recent AS r
  JOIN slope AS s ON s.account_id = r.account_id
  GROUP BY r.account_id
), noise AS (
  SELECT r.account_id, count(*) AS days, max(r.as_of) AS as_of,
    percentile_cont(0.5) WITHIN GROUP (
      ORDER BY abs(r.effective_bp - s.per_day * (r.as_of - DATE '2000-01-01') - m.at_zero)) AS mad
  FROM recent AS r
  JOIN slope AS s ON s.account_id = r.account_id
  JOIN middle AS m ON m.account_id = r.account_id
  GROUP BY r.account_id
)
SELECT n.account_id, a.key AS account_key, n.as_of, n.days, s.per_day AS slope_bp,
  n.mad AS noise_bp,
  CASE WHEN abs(s.per_day * 28) < greatest(500, 2 * n.mad) THEN 'level'
    WHEN s.per_day > 0 THEN 'up' ELSE 'down' END AS arrow
FROM noise AS n
JOIN slope AS s ON s.account_id = n.account_id
JOIN identity.account AS a ON a.account_id = n.account_id;
COMMENT ON VIEW bi.account_trend IS 'Trend of the effective health over the last 28 days that were published: the Theil-Sen slope, which no single day can turn.';
COMMENT ON COLUMN bi.account_trend.account_id IS 'Account.';
COMMENT ON COLUMN bi.account_trend.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.account_trend.as_of IS 'The newest of its days.';
COMMENT ON COLUMN bi.account_trend.days IS 'Days with a health among the last 28.';
COMMENT ON COLUMN bi.account_trend.slope_bp IS 'Basis points a day: the median of the slopes between all pairs of days.';
COMMENT ON COLUMN bi.account_trend.noise_bp IS 'Median distance of the days from that line.';
COMMENT ON COLUMN bi.account_trend.arrow IS 'up or down where 28 days of it are at least 500 basis points and twice the noise, else level.';

GRANT SELECT ON ALL TABLES IN SCHEMA bi TO kenko_bi;
