-- The views dashboards read. Additive changes only; every column is commented.

CREATE OR REPLACE VIEW score.account_published AS
SELECT
  p.as_of, p.run_id, s.account_id, s.scorecard_id, s.rule, s.health_bp, s.lower_bp, s.upper_bp,
  s.raw_band, s.band, s.coverage_bp, s.effective_bp, s.override_note, s.p_churn_1e9, s.p_lower_1e9,
  s.p_upper_1e9, s.risk_percentile_bp, s.stage, s.arr_minor, s.renewal_on, s.metric_value,
  s.metric_quality, s.measure_bp, s.contribution_bp, s.lost_bp, s.risk_contribution, s.risk_value, s.risk_1e9
FROM score.published AS p
JOIN score.account_score AS s
  ON s.as_of = p.as_of AND s.run_id <= p.run_id AND s.until_run_id > p.run_id
  AND s.role = 'champion'
WHERE current_user <> 'kenko_own' OR s.account_id IN (
  SELECT o.account_id FROM score.account_owner AS o WHERE o.staff_id = (SELECT score.asking())
);
COMMENT ON VIEW score.account_published IS 'Every published day''s results: run_id is the run that speaks for the day, whichever run stored the row.';

CREATE OR REPLACE VIEW bi.usage_daily AS
SELECT
  f.account_id, a.key AS account_key, mt.name AS metric, mt.unit, coalesce(sb.name, '') AS subject,
  f.month, f.day,
  CASE mt.combine
    WHEN 'sum' THEN sum(f.v)
    WHEN 'max' THEN max(f.v)
    WHEN 'min' THEN min(f.v)
    ELSE (array_agg(f.v ORDER BY f.at DESC, f.tie DESC))[1]
  END / (10::numeric ^ mt.scale) AS value
FROM (
  SELECT
    s.party_id, s.metric_id, s.subject_id, s.month,
    s.month + (s.first_day - 2 + d.i)::integer AS day, d.v, d.at, d.tie, w.account_id
  FROM warehouse.usage_span AS s
  CROSS JOIN LATERAL unnest(s.v, s.at, s.tie, s.load_ids) WITH ORDINALITY
    AS d(v, at, tie, load_id, i)
  JOIN warehouse.load_now AS l ON l.load_id = coalesce(d.load_id, s.load_id)
  -- Once for a value: put in place it would be looked up wherever it is used.
  CROSS JOIN LATERAL (
    SELECT (
      SELECT m.account_id
      FROM identity.member AS m
      JOIN warehouse.load_now AS ml ON ml.load_id = m.load_id
      WHERE m.party_id = s.party_id
        AND m.valid_from <= s.month + (s.first_day - 2 + d.i)::integer
        AND m.valid_to > s.month + (s.first_day - 2 + d.i)::integer
      ORDER BY ml.commit_no DESC, m.member_id DESC
      LIMIT 1
    ) AS account_id
    OFFSET 0
  ) AS w
  WHERE d.v IS NOT NULL
) AS f
JOIN warehouse.metric AS mt ON mt.metric_id = f.metric_id
JOIN identity.account AS a ON a.account_id = f.account_id
LEFT JOIN warehouse.subject AS sb ON sb.subject_id = f.subject_id
GROUP BY f.account_id, a.key, mt.metric_id, mt.name, mt.unit, mt.scale, mt.combine, sb.name,
  f.month, f.day
-- Records that came and went again leave no fact, and no zero either.
HAVING mt.combine <> 'sum' OR sum(coalesce(f.at, 1)) > 0;
COMMENT ON VIEW bi.usage_daily IS 'Usage per account, metric, subject and business day, as known now. Ask with a condition on month: it prunes partitions.';
COMMENT ON COLUMN bi.usage_daily.account_id IS 'Account.';
COMMENT ON COLUMN bi.usage_daily.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.usage_daily.metric IS 'Usage metric.';
COMMENT ON COLUMN bi.usage_daily.unit IS 'Its unit.';
COMMENT ON COLUMN bi.usage_daily.subject IS 'Connector, user … when the metric has one.';
COMMENT ON COLUMN bi.usage_daily.month IS 'First day of the month.';
COMMENT ON COLUMN bi.usage_daily.day IS 'Business day.';
COMMENT ON COLUMN bi.usage_daily.value IS 'Value in the unit.';

CREATE OR REPLACE VIEW bi.usage_event AS
SELECT
  f.account_id, a.key AS account_key, mt.name AS metric, mt.unit, coalesce(sb.name, '') AS subject,
  f.day, f.at, f.v / (10::numeric ^ mt.scale) AS value
FROM (
  SELECT
    e.day, e.at, e.v, e.metric_id, e.subject_id,
    (
      SELECT m.account_id
      FROM identity.member AS m
      JOIN warehouse.load_now AS ml ON ml.load_id = m.load_id
      WHERE m.party_id = e.party_id AND m.valid_from <= e.day AND m.valid_to > e.day
      ORDER BY ml.commit_no DESC, m.member_id DESC
      LIMIT 1
    ) AS account_id
  FROM warehouse.usage_event AS e
  JOIN warehouse.load_now AS l ON l.load_id = e.load_id
) AS f
JOIN identity.account AS a ON a.account_id = f.account_id
LEFT JOIN warehouse.metric AS mt ON mt.metric_id = f.metric_id
LEFT JOIN warehouse.subject AS sb ON sb.subject_id = f.subject_id;
COMMENT ON VIEW bi.usage_event IS 'Events of streams that keep them, a row for each value, as known now. Ask with a condition on day: it prunes partitions.';
COMMENT ON COLUMN bi.usage_event.account_id IS 'Account.';
COMMENT ON COLUMN bi.usage_event.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.usage_event.metric IS 'Usage metric; null when the event has no value.';
COMMENT ON COLUMN bi.usage_event.unit IS 'Its unit.';
COMMENT ON COLUMN bi.usage_event.subject IS 'Connector, user … when the metric has one.';
COMMENT ON COLUMN bi.usage_event.day IS 'Business day.';
COMMENT ON COLUMN bi.usage_event.at IS 'When it happened.';
COMMENT ON COLUMN bi.usage_event.value IS 'Value in the unit.';

CREATE OR REPLACE VIEW bi.account_current AS
SELECT
  r.as_of, r.run_id, s.account_id, a.key AS account_key, a.name AS account_name, a.domain,
  a.owner_email, a.owner_name, a.plan, a.segment, a.industry, a.region, s.stage,
  s.effective_bp / 100.0 AS health, s.lower_bp / 100.0 AS health_lower,
  s.upper_bp / 100.0 AS health_upper, s.band, s.coverage_bp / 10000.0 AS coverage,
  s.p_churn_1e9 / 1e9 AS p_churn_90d, s.p_lower_1e9 / 1e9 AS p_churn_lower,
  s.p_upper_1e9 / 1e9 AS p_churn_upper, s.risk_percentile_bp / 100.0 AS risk_percentile,
  s.arr_minor / u.minor AS arr, s.renewal_on,
  s.arr_minor / u.minor * (s.p_churn_1e9 / 1e9) AS expected_loss,
  (
    SELECT string_agg(w.label, ', ' ORDER BY w.lost_bp DESC, w.ordinal)
    FROM (
      SELECT m.label, m.ordinal, s.lost_bp[m.ordinal] AS lost_bp
      FROM score.measure AS m
      WHERE m.scorecard_id = s.scorecard_id AND s.lost_bp[m.ordinal] > 0
      ORDER BY s.lost_bp[m.ordinal] DESC, m.ordinal
      LIMIT 3
    ) AS w
  ) AS top_reasons,
  s.risk_1e9[1] / 1e9 AS p_churn_30d, s.risk_1e9[2] / 1e9 AS p_churn_30d_lower,
  s.risk_1e9[3] / 1e9 AS p_churn_30d_upper, s.risk_1e9[4] / 1e9 AS p_churn_180d,
  s.risk_1e9[5] / 1e9 AS p_churn_180d_lower, s.risk_1e9[6] / 1e9 AS p_churn_180d_upper,
  s.risk_1e9[7] / 1e9 AS p_churn_renewal, s.risk_1e9[8] / 1e9 AS p_churn_renewal_lower,
  s.risk_1e9[9] / 1e9 AS p_churn_renewal_upper,
  s.arr_minor / u.minor * (s.risk_1e9[10] / 1e9) AS remaining_arr_365d,
  s.arr_minor / u.minor * (s.risk_1e9[11] / 1e9) AS remaining_arr_365d_lower,
  s.arr_minor / u.minor * (s.risk_1e9[12] / 1e9) AS remaining_arr_365d_upper
FROM score.current_run AS r
JOIN score.account_published AS s ON s.as_of = r.as_of
JOIN warehouse.account_now AS a ON a.account_id = s.account_id
CROSS JOIN warehouse.money_unit AS u;
COMMENT ON VIEW bi.account_current IS 'One row per account: the published scores of the newest day with what is known of the account.';
COMMENT ON COLUMN bi.account_current.as_of IS 'Business day of the scores.';
COMMENT ON COLUMN bi.account_current.run_id IS 'Scoring run.';
COMMENT ON COLUMN bi.account_current.account_id IS 'Account.';
COMMENT ON COLUMN bi.account_current.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.account_current.account_name IS 'Name.';
COMMENT ON COLUMN bi.account_current.domain IS 'Mail domain.';
COMMENT ON COLUMN bi.account_current.owner_email IS 'Customer-success owner.';
COMMENT ON COLUMN bi.account_current.owner_name IS 'Owner''s name.';
COMMENT ON COLUMN bi.account_current.plan IS 'Plan.';
COMMENT ON COLUMN bi.account_current.segment IS 'Segment.';
COMMENT ON COLUMN bi.account_current.industry IS 'Industry.';
COMMENT ON COLUMN bi.account_current.region IS 'Region.';
COMMENT ON COLUMN bi.account_current.stage IS 'Lifecycle stage.';
COMMENT ON COLUMN bi.account_current.health IS 'Health 0..100 after caps and overrides; higher is healthier.';
COMMENT ON COLUMN bi.account_current.health_lower IS 'Health were all missing measures worst.';
COMMENT ON COLUMN bi.account_current.health_upper IS 'Health were all missing measures best.';
COMMENT ON COLUMN bi.account_current.band IS 'Green, Yellow, Red or Unknown.';
COMMENT ON COLUMN bi.account_current.coverage IS 'Share of the scorecard''s weight that had data, 0..1.';
COMMENT ON COLUMN bi.account_current.p_churn_90d IS 'Probability of churn within 90 days, 0..1; null when the model abstains.';
COMMENT ON COLUMN bi.account_current.p_churn_lower IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN bi.account_current.p_churn_upper IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN bi.account_current.risk_percentile IS 'Share of accounts with a lower risk, 0..100.';
COMMENT ON COLUMN bi.account_current.arr IS 'Annual recurring revenue in the reporting currency.';
COMMENT ON COLUMN bi.account_current.renewal_on IS 'Next contract end.';
COMMENT ON COLUMN bi.account_current.expected_loss IS 'arr times p_churn_90d.';
COMMENT ON COLUMN bi.account_current.top_reasons IS 'The three measures that cost most health.';
COMMENT ON COLUMN bi.account_current.p_churn_30d IS 'Probability of churn within 30 days, 0..1; null when the model abstains.';
COMMENT ON COLUMN bi.account_current.p_churn_30d_lower IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN bi.account_current.p_churn_30d_upper IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN bi.account_current.p_churn_180d IS 'Probability of churn within 180 days, 0..1.';
COMMENT ON COLUMN bi.account_current.p_churn_180d_lower IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN bi.account_current.p_churn_180d_upper IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN bi.account_current.p_churn_renewal IS 'Probability of churn by the end of the day of the next renewal, 0..1; null when no contract end is known ahead, within 366 days or not.';
COMMENT ON COLUMN bi.account_current.p_churn_renewal_lower IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN bi.account_current.p_churn_renewal_upper IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN bi.account_current.remaining_arr_365d IS 'What of today''s ARR is expected to be earned in the next 365 days: ARR times the mean share of these days that the customer is still there. Not discounted; what comes after 365 days, growth and a second renewal do not count.';
COMMENT ON COLUMN bi.account_current.remaining_arr_365d_lower IS 'The same by the upper end of the risk''s 95 % interval.';
COMMENT ON COLUMN bi.account_current.remaining_arr_365d_upper IS 'The same by the lower end of the risk''s 95 % interval.';

CREATE OR REPLACE VIEW bi.account_daily AS
SELECT
  s.as_of::timestamp AT TIME ZONE 'UTC' AS time, s.as_of, s.run_id, s.account_id,
  a.key AS account_key, s.effective_bp / 100.0 AS health, s.lower_bp / 100.0 AS health_lower,
  s.upper_bp / 100.0 AS health_upper, s.band, s.coverage_bp / 10000.0 AS coverage,
  s.p_churn_1e9 / 1e9 AS p_churn_90d, s.arr_minor / u.minor AS arr,
  s.risk_1e9[1] / 1e9 AS p_churn_30d, s.risk_1e9[4] / 1e9 AS p_churn_180d,
  s.risk_1e9[7] / 1e9 AS p_churn_renewal,
  s.arr_minor / u.minor * (s.risk_1e9[10] / 1e9) AS remaining_arr_365d
FROM score.account_published AS s
JOIN identity.account AS a ON a.account_id = s.account_id
CROSS JOIN warehouse.money_unit AS u;
COMMENT ON VIEW bi.account_daily IS 'Published scores of every account and scored day.';
COMMENT ON COLUMN bi.account_daily.time IS 'as_of as an instant, for time-series panels.';
COMMENT ON COLUMN bi.account_daily.as_of IS 'Business day of the scores.';
COMMENT ON COLUMN bi.account_daily.run_id IS 'Scoring run.';
COMMENT ON COLUMN bi.account_daily.account_id IS 'Account.';
COMMENT ON COLUMN bi.account_daily.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.account_daily.health IS 'Health 0..100.';
COMMENT ON COLUMN bi.account_daily.health_lower IS 'Were all missing measures worst.';
COMMENT ON COLUMN bi.account_daily.health_upper IS 'Were all missing measures best.';
COMMENT ON COLUMN bi.account_daily.band IS 'Green, Yellow, Red or Unknown.';
COMMENT ON COLUMN bi.account_daily.coverage IS 'Share of weight that had data, 0..1.';
COMMENT ON COLUMN bi.account_daily.p_churn_90d IS 'Probability of churn within 90 days, 0..1.';
COMMENT ON COLUMN bi.account_daily.arr IS 'ARR in the reporting currency.';
COMMENT ON COLUMN bi.account_daily.p_churn_30d IS 'Probability of churn within 30 days, 0..1.';
COMMENT ON COLUMN bi.account_daily.p_churn_180d IS 'Probability of churn within 180 days, 0..1.';
COMMENT ON COLUMN bi.account_daily.p_churn_renewal IS 'Probability of churn by the next renewal, 0..1; null when none is ahead.';
COMMENT ON COLUMN bi.account_daily.remaining_arr_365d IS 'What of the day''s ARR was expected to be earned in the 365 days after it; not discounted.';

CREATE OR REPLACE VIEW bi.contribution_current AS
SELECT
  r.as_of, r.run_id, s.account_id, a.key AS account_key, m.ordinal, m.group_label AS measure_group,
  m.name AS measure, m.label, m.unit, s.metric_value[m.ordinal] AS value,
  s.metric_quality[m.ordinal] AS quality, s.measure_bp[m.ordinal] / 100.0 AS measure_health,
  s.contribution_bp[m.ordinal] / 100.0 AS contribution, s.lost_bp[m.ordinal] / 100.0 AS lost,
  s.rule AS profile, w.weight_share
FROM score.current_run AS r
JOIN score.account_published AS s ON s.as_of = r.as_of
JOIN score.measure AS m ON m.scorecard_id = s.scorecard_id
LEFT JOIN score.measure_weight AS w
  ON w.scorecard_id = s.scorecard_id AND w.rule = s.rule AND w.ordinal = m.ordinal
JOIN identity.account AS a ON a.account_id = s.account_id;
COMMENT ON VIEW bi.contribution_current IS 'Why each account has its health: one row per measure; contribution adds up to health before caps.';
COMMENT ON COLUMN bi.contribution_current.as_of IS 'Business day of the scores.';
COMMENT ON COLUMN bi.contribution_current.run_id IS 'Scoring run.';
COMMENT ON COLUMN bi.contribution_current.account_id IS 'Account.';
COMMENT ON COLUMN bi.contribution_current.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.contribution_current.ordinal IS 'Order in the scorecard.';
COMMENT ON COLUMN bi.contribution_current.measure_group IS 'Group.';
COMMENT ON COLUMN bi.contribution_current.measure IS 'Measure.';
COMMENT ON COLUMN bi.contribution_current.label IS 'Shown name.';
COMMENT ON COLUMN bi.contribution_current.unit IS 'Unit of value.';
COMMENT ON COLUMN bi.contribution_current.value IS 'Raw metric value.';
COMMENT ON COLUMN bi.contribution_current.quality IS 'ok, no_data, stale, not_applicable or error.';
COMMENT ON COLUMN bi.contribution_current.measure_health IS 'Normalised 0..100; null when not usable.';
COMMENT ON COLUMN bi.contribution_current.contribution IS 'Points of health it brings.';
COMMENT ON COLUMN bi.contribution_current.lost IS 'Points of health it costs.';
COMMENT ON COLUMN bi.contribution_current.profile IS 'Whose weights apply; default: the card''s own.';
COMMENT ON COLUMN bi.contribution_current.weight_share IS 'What of the whole the measure weighs under the profile when all are known, 0..1; null where the card does more than average.';

CREATE OR REPLACE VIEW bi.unresolved AS
SELECT p.party_id, p.source, p.external_id, l.committed_at AS first_seen_at,
  v.name, coalesce(sum(c.arr_minor), 0) / max(u.minor) AS arr
FROM identity.party AS p
JOIN ops.load AS l ON l.load_id = p.created_load_id
LEFT JOIN warehouse.member_now AS m ON m.party_id = p.party_id
LEFT JOIN warehouse.account_version_now AS v ON v.party_id = p.party_id
LEFT JOIN warehouse.subscription AS c ON c.party_id = p.party_id AND NOT c.deleted
  AND c.load_id IN (SELECT n.load_id FROM warehouse.load_now AS n)
CROSS JOIN warehouse.money_unit AS u
WHERE m.account_id IS NULL AND l.undone_no IS NULL
GROUP BY p.party_id, p.source, p.external_id, l.committed_at, v.name;
COMMENT ON VIEW bi.unresolved IS 'Parties that belong to no account yet: their facts are kept and counted nowhere.';
COMMENT ON COLUMN bi.unresolved.party_id IS 'Party.';
COMMENT ON COLUMN bi.unresolved.source IS 'Source that speaks of it.';
COMMENT ON COLUMN bi.unresolved.external_id IS 'Its id there.';
COMMENT ON COLUMN bi.unresolved.first_seen_at IS 'When it was first seen.';
COMMENT ON COLUMN bi.unresolved.name IS 'Its name, when it has an account record.';
COMMENT ON COLUMN bi.unresolved.arr IS 'ARR of its contract records.';

CREATE OR REPLACE VIEW bi.freshness AS
SELECT
  l.source, l.stream, max(l.committed_at) AS last_load_at, max(l.load_id) AS last_load_id,
  sum(l.read_count) AS read_count, sum(l.loaded) AS loaded, sum(l.duplicate) AS duplicate,
  sum(l.ignored) AS ignored, sum(l.rejected) AS rejected
FROM ops.load AS l
WHERE l.kind = 'ingest' AND l.commit_no IS NOT NULL AND l.undone_no IS NULL
GROUP BY l.source, l.stream;
COMMENT ON VIEW bi.freshness IS 'Per source and stream: when it last brought something and how its records ended.';
COMMENT ON COLUMN bi.freshness.source IS 'Source.';
COMMENT ON COLUMN bi.freshness.stream IS 'Stream.';
COMMENT ON COLUMN bi.freshness.last_load_at IS 'Server time of the newest load.';
COMMENT ON COLUMN bi.freshness.last_load_id IS 'The newest load.';
COMMENT ON COLUMN bi.freshness.read_count IS 'Records read.';
COMMENT ON COLUMN bi.freshness.loaded IS 'Records that became facts.';
COMMENT ON COLUMN bi.freshness.duplicate IS 'Records already known.';
COMMENT ON COLUMN bi.freshness.ignored IS 'Records left out by a named rule.';
COMMENT ON COLUMN bi.freshness.rejected IS 'Records rejected.';

GRANT SELECT ON ALL TABLES IN SCHEMA bi TO kenko_bi;
