-- How far new customers are, against how far others were at their age. As known now.

CREATE OR REPLACE VIEW warehouse.milestone_now AS
SELECT m.account_id, v.party_id, v.external_id AS milestone, v.reached_at
FROM (
  SELECT DISTINCT ON (c.party_id, c.external_id)
    c.party_id, c.external_id, c.deleted, c.reached_at
  FROM warehouse.milestone AS c
  JOIN warehouse.load_now AS l ON l.load_id = c.load_id
  ORDER BY c.party_id, c.external_id, c.changed_at DESC NULLS LAST, l.commit_no DESC, c.ordinal DESC
) AS v
JOIN warehouse.member_now AS m ON m.party_id = v.party_id
WHERE NOT v.deleted AND m.account_id IS NOT NULL;
COMMENT ON VIEW warehouse.milestone_now IS 'Onboarding milestones reached, as known now, by account.';

-- What is expected and what was reached are put together by grouping: without statistics, as after a first
-- load, the planner would walk the milestones once for each customer.
CREATE OR REPLACE VIEW bi.onboarding AS
WITH reached AS MATERIALIZED (
  SELECT m.account_id, m.milestone, m.reached_at FROM warehouse.milestone_now AS m
), started AS (
  SELECT n.account_id, min(n.start_on) AS start_on
  FROM warehouse.subscription_now AS n
  GROUP BY n.account_id
), both_of AS (
  SELECT s.account_id, t.milestone, s.start_on, NULL::timestamptz AS reached_at
  FROM started AS s
  CROSS JOIN (SELECT DISTINCT m.milestone FROM reached AS m) AS t
  UNION ALL
  SELECT r.account_id, r.milestone, NULL::date AS start_on, r.reached_at
  FROM reached AS r
)
SELECT
  g.account_id, k.key AS account_key, g.start_on, g.milestone,
  (g.reached_at AT TIME ZONE z.value)::date AS reached_on,
  (g.reached_at AT TIME ZONE z.value)::date - g.start_on AS days, c.as_of - g.start_on AS age_days
FROM (
  SELECT b.account_id, b.milestone, max(b.start_on) AS start_on, min(b.reached_at) AS reached_at
  FROM both_of AS b
  GROUP BY b.account_id, b.milestone
) AS g
CROSS JOIN score.current_run AS c
CROSS JOIN (
  SELECT coalesce((SELECT s.value FROM ops.setting AS s WHERE s.name = 'time_zone'), 'UTC') AS value
) AS z
JOIN identity.account AS k ON k.account_id = g.account_id
WHERE g.start_on < c.as_of;
COMMENT ON VIEW bi.onboarding IS 'Each customer and milestone: when it was reached, counted from the first contract day.';
COMMENT ON COLUMN bi.onboarding.account_id IS 'Account.';
COMMENT ON COLUMN bi.onboarding.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.onboarding.start_on IS 'First day of the first contract.';
COMMENT ON COLUMN bi.onboarding.milestone IS 'Milestone.';
COMMENT ON COLUMN bi.onboarding.reached_on IS 'Business day it was reached; null when not.';
COMMENT ON COLUMN bi.onboarding.days IS 'Days from the start until then.';
COMMENT ON COLUMN bi.onboarding.age_days IS 'Days from the start to the newest published day.';

CREATE OR REPLACE VIEW bi.onboarding_curve AS
SELECT
  o.milestone, count(*) AS customers, count(o.days) AS reached,
  percentile_disc(0.25) WITHIN GROUP (ORDER BY coalesce(o.days, 100000)) AS days_p25,
  percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(o.days, 100000)) AS days_median,
  percentile_disc(0.75) WITHIN GROUP (ORDER BY coalesce(o.days, 100000)) AS days_p75
FROM bi.onboarding AS o
WHERE o.age_days >= 90
GROUP BY o.milestone;
COMMENT ON VIEW bi.onboarding_curve IS 'What is to be expected: by when a quarter, half and three quarters of those customers reached a milestone whose first 90 days are over. Who has not reached it counts as later than all: a quantile among them is 100000.';
COMMENT ON COLUMN bi.onboarding_curve.milestone IS 'Milestone.';
COMMENT ON COLUMN bi.onboarding_curve.customers IS 'Customers that have been there for 90 days or more.';
COMMENT ON COLUMN bi.onboarding_curve.reached IS 'Of them, those who reached it.';
COMMENT ON COLUMN bi.onboarding_curve.days_p25 IS 'Days by which a quarter had.';
COMMENT ON COLUMN bi.onboarding_curve.days_median IS 'Days by which half had.';
COMMENT ON COLUMN bi.onboarding_curve.days_p75 IS 'Days by which three quarters had.';

CREATE OR REPLACE VIEW bi.onboarding_late AS
WITH curve AS MATERIALIZED (
  SELECT c.milestone, c.days_median, c.days_p75 FROM bi.onboarding_curve AS c
), waiting AS MATERIALIZED (
  SELECT o.account_id, o.account_key, o.start_on, o.age_days, o.milestone
  FROM bi.onboarding AS o
  WHERE o.reached_on IS NULL AND o.age_days < 90
)
SELECT o.account_id, o.account_key, o.start_on, o.age_days, o.milestone, c.days_median, c.days_p75
FROM waiting AS o
JOIN curve AS c ON c.milestone = o.milestone
WHERE o.age_days > c.days_p75;
COMMENT ON VIEW bi.onboarding_late IS 'Customers of less than 90 days who have not reached what three quarters of the others had at their age.';
COMMENT ON COLUMN bi.onboarding_late.account_id IS 'Account.';
COMMENT ON COLUMN bi.onboarding_late.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.onboarding_late.start_on IS 'First day of the first contract.';
COMMENT ON COLUMN bi.onboarding_late.age_days IS 'Days since.';
COMMENT ON COLUMN bi.onboarding_late.milestone IS 'What is not reached.';
COMMENT ON COLUMN bi.onboarding_late.days_median IS 'Days by which half of the others had it.';
COMMENT ON COLUMN bi.onboarding_late.days_p75 IS 'Days by which three quarters had.';

GRANT SELECT ON bi.onboarding, bi.onboarding_curve, bi.onboarding_late TO kenko_bi;
