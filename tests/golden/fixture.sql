-- What the golden documents tell of: two weeks of twelve accounts, changed by hand so that each kind
-- of change happens to one of them. Account n of the support library is a000(n - 1).
UPDATE ops.load SET committed_at = '2026-11-23T01:02:03Z', read_count = 12345, loaded = 12000, duplicate = 300,
  ignored = 40, rejected = 5;
UPDATE score.model SET evaluation = '{"auc": 0.831, "auc_low": 0.792, "auc_high": 0.871, "ece": 0.0123, "slope": 0.73}';
UPDATE score.run SET version = '1.2.3', output_sha256 = repeat('0123456789abcdef', 4), accounts = 10,
  unknown_accounts = 2;
UPDATE score.scorecard SET label = 'Default health';
UPDATE score.account_score SET risk_value = ARRAY[account_id * 10]::float8[], risk_contribution = ARRAY[0.5, -3.25]
WHERE as_of IN ('2026-11-16', '2026-11-23');

UPDATE identity.staff SET slack_id = 'U0SATO', language = 'ja' WHERE email = 'a.sato@example.com';

-- a0001: an incident caps it.
UPDATE score.account_score SET health_bp = 7000, effective_bp = 7000, band = 'Yellow', measure_bp = ARRAY[7000, 7000],
  contribution_bp = ARRAY[4200, 2800], lost_bp = ARRAY[1800, 1200] WHERE account_id = 2;
UPDATE score.account_score SET effective_bp = 3000, band = 'Red', override_note = 'capped at 30 while an incident is open'
WHERE account_id = 2 AND as_of = '2026-11-23';

-- a0002: fewer runs, a little less failure.
UPDATE score.account_score SET health_bp = 5000, effective_bp = 5000, band = 'Yellow', measure_bp = ARRAY[7500, 1250],
  contribution_bp = ARRAY[4500, 500], lost_bp = ARRAY[1500, 3500], metric_value = ARRAY[12345, 0.25] WHERE account_id = 3;
UPDATE score.account_score SET health_bp = 2200, effective_bp = 2200, band = 'Red', measure_bp = ARRAY[2500, 1750],
  contribution_bp = ARRAY[1500, 700], lost_bp = ARRAY[4500, 3300], metric_value = ARRAY[1234, 0.2]
WHERE account_id = 3 AND as_of = '2026-11-23';

-- a0003: its failures are no longer known, and what is left is too little.
UPDATE score.account_score SET health_bp = 8000, effective_bp = 8000, band = 'Green', measure_bp = ARRAY[8000, 8000],
  contribution_bp = ARRAY[4800, 3200], lost_bp = ARRAY[1200, 800] WHERE account_id = 4;
UPDATE score.account_score SET health_bp = 6500, effective_bp = 6500, band = 'Unknown', measure_bp = ARRAY[6500, NULL],
  contribution_bp = ARRAY[6500, 0], lost_bp = ARRAY[3500, 0], metric_value = ARRAY[1, NULL]::float8[],
  metric_quality = ARRAY['ok', 'no_data'], coverage_bp = 6000, lower_bp = 3900, upper_bp = 7900
WHERE account_id = 4 AND as_of = '2026-11-23';

-- a0004 left with its reason, a0005 became part of another account.
INSERT INTO warehouse.subscription (party_id, external_id, load_id, ordinal, hash, product, start_on, end_on,
  cancelled_on, arr_minor, currency, churn_reason)
VALUES (5, 'ctr-5', 1, 1, 'x', 'team', '2025-11-20', '2026-11-20', '2026-10-01', 617250, 'USD', 'price'),
  (7, 'ctr-7', 1, 2, 'x', 'enterprise', '2025-02-20', '2027-02-20', NULL, 10000000, 'USD', NULL);
DELETE FROM identity.member WHERE account_id = 6;
DELETE FROM score.account_score WHERE account_id IN (5, 6) AND as_of = '2026-11-23';

-- a0006: its renewal came near, and a feature made its risk rise.
UPDATE score.account_score SET arr_minor = 10000000, renewal_on = '2027-02-20', p_churn_1e9 = 20000000,
  p_lower_1e9 = 10000000, p_upper_1e9 = 40000000 WHERE account_id = 7;
UPDATE score.account_score SET p_churn_1e9 = 580000000, p_lower_1e9 = 400000000, p_upper_1e9 = 730000000,
  risk_contribution = ARRAY[1.75, -3.25] WHERE account_id = 7 AND as_of = '2026-11-23';
INSERT INTO warehouse.ticket (party_id, external_id, load_id, ordinal, hash, subject, status, opened_at)
VALUES (7, 'zd-1', 1, 1, 'x', 'Transfers are late <again>', 'open', '2026-11-20T08:30:00Z');

-- a0007 and a0008: names that want care. a0008's failures are newly known.
UPDATE warehouse.account SET name = 'O''Neil & <Sons>, "Ltd" =1+1' WHERE party_id = 8;
UPDATE warehouse.account SET name = '株式会社サクラフーズ' WHERE party_id = 9;
UPDATE score.account_score SET health_bp = 9000, effective_bp = 9000, band = 'Green', measure_bp = ARRAY[9000, NULL],
  contribution_bp = ARRAY[9000, 0], lost_bp = ARRAY[1000, 0], metric_value = ARRAY[9000, NULL]::float8[],
  metric_quality = ARRAY['ok', 'no_data'] WHERE account_id = 9 AND as_of = '2026-11-16';
UPDATE score.account_score SET health_bp = 6200, effective_bp = 6200, band = 'Yellow', measure_bp = ARRAY[9000, 2000],
  contribution_bp = ARRAY[5400, 800], lost_bp = ARRAY[600, 3200], metric_value = ARRAY[9000, 0.4]
WHERE account_id = 9 AND as_of = '2026-11-23';

-- What ARR did in October and in the third quarter, and why two left in it.
INSERT INTO score.revenue (as_of, known_no, basis, currency, definition)
VALUES ('2026-11-23', 1, 'run 2', 'USD', 'contract_end');
INSERT INTO score.arr_period (scope, kind, period, days, currency, start_minor, new_minor, resurrection_minor,
  expansion_minor, contraction_minor, churn_minor, n_start, n_new, n_resurrection, n_expansion, n_contraction, n_churn)
VALUES ('all', 'month', '2026-09-01', 30, 'USD', 1, 2, 3, 4, -5, -6, 7, 8, 9, 10, 11, 12),
  ('all', 'month', '2026-10-01', 31, 'USD', 21000000, 450000, 0, 1200000, -300000, 0, 11, 1, 0, 2, 1, 0),
  ('all', 'quarter', '2026-07-01', 92, 'USD', 20000000, 1500000, 250000, 1750000, -500000, -2000000, 12, 2, 1, 3, 1, 2),
  ('USD', 'month', '2026-10-01', 31, 'USD', 1, 2, 3, 4, -5, -6, 7, 8, 9, 10, 11, 12);
INSERT INTO score.loss (account_id, churned_on, seen_by, arr_minor, reason, competitor, band_180, band_90, band_60, band_30)
VALUES (5, '2026-07-20', 'contract end', 1250000, 'price', 'Rival <Inc>', 'Green', 'Red', 'Red', 'Red'),
  (6, '2026-09-30', 'contract end', 750000, '', '', 'Green', 'Green', 'Green', 'Green');
