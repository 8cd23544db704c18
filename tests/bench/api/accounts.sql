-- A warehouse of :accounts accounts with one published run, as a year's use of the simulated company's
-- configuration leaves it: 12 measures, a model of 17 features, names of which every twentieth is
-- Japanese, 200 people who look after them. Written set by set, since ingest is not what is measured.
SELECT setseed(0.5);
INSERT INTO identity.staff (email, name)
SELECT 'csm' || i || '@example.com', 'Person ' || i FROM generate_series(1, 200) AS i;
INSERT INTO ops.load (kind, source, stream, commit_no) VALUES ('ingest', 'crm', 'account', 1);
UPDATE ops.clock SET commit_no = 1;
INSERT INTO score.scorecard (name, sha256, body) VALUES ('default', 'x', 'x');
INSERT INTO score.measure (scorecard_id, ordinal, name, label, group_name, group_label, metric, unit,
  direction, weight, sentence, group_weight, definition)
SELECT 1, i, 'measure_' || i, 'Measure ' || i, 'group_' || i % 3, 'Group ' || i % 3, 'metric_' || i,
  'count', 'up', 1, '{value} in 28 days', 1, 'metric'
FROM generate_series(1, 12) AS i;
INSERT INTO score.model (name, state, horizon_days, trained_as_of, known_no, sha256, body, rows_used,
  events_used)
VALUES ('hazard', 'active', 30, '2026-01-01', 1, 'x', '{}', 1000, 100);
INSERT INTO score.feature (model_id, ordinal, name, label)
SELECT 1, i, 'feature_' || i, 'Feature ' || i FROM generate_series(1, 17) AS i;

INSERT INTO identity.account (key, created_load_id)
SELECT 'acc-' || lpad(i::text, 7, '0'), 1 FROM generate_series(1, :accounts) AS i;
INSERT INTO identity.party (source, external_id, created_load_id)
SELECT 'crm', key, 1 FROM identity.account ORDER BY account_id;
INSERT INTO identity.member (party_id, account_id, method, confidence_bp, load_id)
SELECT p.party_id, a.account_id, 'origin', 10000, 1
FROM identity.party AS p
JOIN identity.account AS a ON a.key = p.external_id;
INSERT INTO warehouse.account (party_id, load_id, ordinal, hash, name, domain, owner_email, plan,
  segment, industry, region, created_on)
SELECT p, 1, p, 'x',
  CASE WHEN p % 20 = 0 THEN (ARRAY['サクラ', 'ヤマト', 'ミナト', 'アサヒ'])[1 + p % 4] || '商事 ' || p
    ELSE (ARRAY['Aurora', 'Borealis', 'Cobalt', 'Delta', 'Ember', 'Fjord', 'Garnet', 'Harbour'])[1 + r % 8]
      || ' ' || (ARRAY['Systems', 'Foods', 'Logistics', 'Labs', 'Media'])[1 + r / 8 % 5] || ' ' || p END,
  'c' || p || '.example.com', 'csm' || 1 + r % 200 || '@example.com',
  (ARRAY['starter', 'team', 'business', 'enterprise'])[1 + r / 3 % 4],
  (ARRAY['small', 'midmarket', 'enterprise'])[1 + r / 5 % 3],
  (ARRAY['retail', 'software', 'finance', 'media', 'health', 'public'])[1 + r / 7 % 6],
  (ARRAY['emea', 'apac', 'amer'])[1 + r / 11 % 3], '2022-01-01'::date + r % 1500
FROM (SELECT party_id AS p, (random() * 1000000)::int AS r FROM identity.party) AS x;

-- Contributions add up to the health shown; a measure is missing for one account in 25.
CREATE TABLE score.account_score_bench PARTITION OF score.account_score
  FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
INSERT INTO score.run (as_of, known_no, known_at, state, config_sha256, version, scorecard_id, model_id,
  accounts, stored)
VALUES ('2026-11-24', 1, '2026-11-24T00:00:00Z', 'complete', 'x', 'x', 1, 1, :accounts, :accounts);
INSERT INTO score.account_score (account_id, as_of, run_id, scorecard_id, health_bp, lower_bp, upper_bp,
  raw_band, band, coverage_bp, effective_bp, p_churn_1e9, p_lower_1e9, p_upper_1e9, risk_percentile_bp,
  stage, arr_minor, renewal_on, metric_value, metric_quality, measure_bp, contribution_bp, lost_bp,
  risk_contribution)
SELECT account_id, '2026-11-24', 1, 1, health, health * 9 / 10, health + (10000 - health) / 10, band, band,
  9600, health, p, p / 2, least(2 * p, 1000000000), p / 100000, (ARRAY['live', 'onboarding', 'renewal'])[1 + r % 3],
  100 * (1000 + r % 90000), '2026-11-24'::date + r % 365,
  ARRAY[r % 5000, r % 1000 / 1000.0, r % 300, r / 3 % 200, r / 5 % 90, u * 1000, r / 7 % 400, r / 9 % 31,
    CASE WHEN r % 25 > 0 THEN r % 11 END, u, r / 11 % 60, r % 50000 / 100.0]::double precision[],
  ARRAY['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', CASE WHEN r % 25 > 0 THEN 'ok' ELSE 'no_data' END,
    'ok', 'ok', 'ok'],
  ARRAY[health, 10000 - health, health, 5000, 6000, 7000, health, 2500, CASE WHEN r % 25 > 0 THEN 10000 END,
    health, health, r % 10000],
  array_fill(health / 12, ARRAY[11]) || health - health / 12 * 11,
  array_fill((10000 - health) / 12, ARRAY[11]) || 10000 - health - (10000 - health) / 12 * 11,
  (SELECT array_agg((r / (k + 1) % 500) / 250.0 - 1 + k / 1e3 ORDER BY k)
    FROM generate_series(0, 17) AS k)::double precision[]
FROM (
  SELECT account_id, r, u, health, (r % 1000) * 1000000 AS p,
    CASE WHEN health < 4000 THEN 'Red' WHEN health < 7000 THEN 'Yellow' ELSE 'Green' END AS band
  FROM (
    SELECT account_id, (random() * 1000000)::int AS r, random() AS u, (random() * 10000)::int AS health
    FROM identity.account
  ) AS drawn
) AS x;
INSERT INTO score.published (as_of, run_id) VALUES ('2026-11-24', 1);
VACUUM ANALYZE;
