-- Accounts of a run with what was before, in one of the orders: loss (expected loss), fall (health
-- lost since), change (worse since, by change of expected loss), unknown (no longer known), renewal
-- (contracts ending within 90 days, by expected loss), key (one account). Healths of two scorecards
-- are not compared. Rows are chosen before their arrays are read; of one account only its own parties
-- are looked at, or its page would take as long as a list of all.
-- many
-- param  run_id            bigint
-- param  as_of             date
-- param  before_id         bigint
-- param  before            date
-- param  sort              text
-- param  key               text   only this account when not empty
-- param  staff_id          bigint 0: all; -1: of each owner apart; else only this owner's
-- param  max_rows          int    of each owner with -1
-- column key               text
-- column name              text
-- column owner             text
-- column plan              text
-- column band              text
-- column before_band       text null
-- column health_bp         int null
-- column before_health_bp  int null
-- column effective_bp      int null
-- column before_bp         int null
-- column lower_bp          int
-- column upper_bp          int
-- column coverage_bp       int
-- column override_note     text null
-- column arr_minor         bigint
-- column renewal_on        date null
-- column p_churn_1e9       bigint null
-- column p_lower_1e9       bigint null
-- column p_upper_1e9       bigint null
-- column before_p_1e9      bigint null
-- column metric_value      double[]
-- column metric_quality    text[]
-- column measure_bp        int[]
-- column contribution_bp   int[]
-- column lost_bp           int[]
-- column before_metric_value    double[] null
-- column before_metric_quality  text[] null
-- column before_measure_bp      int[] null
-- column before_contribution_bp int[] null
-- column risk_contribution double[] null
-- column risk_value        double[] null
-- column before_risk_contribution double[] null
-- column staff_id          bigint null
-- column matching          bigint   accounts of the list, shown or not; of the owner with -1
WITH own_parties AS MATERIALIZED (
  SELECT DISTINCT ON (m.party_id) m.party_id, m.account_id
  FROM identity.member AS m
  JOIN warehouse.load_now AS l ON l.load_id = m.load_id
  WHERE m.valid_to = 'infinity'::date AND m.party_id IN (
    SELECT e.party_id
    FROM identity.member AS e
    WHERE e.account_id = (SELECT i.account_id FROM identity.account AS i WHERE i.key = $6::text))
  ORDER BY m.party_id, l.commit_no DESC, m.member_id DESC
), own_versions AS MATERIALIZED (
  SELECT DISTINCT ON (v.party_id) v.party_id, v.deleted, v.name, v.owner_email, v.plan
  FROM warehouse.account AS v
  JOIN warehouse.load_now AS l ON l.load_id = v.load_id
  WHERE v.party_id IN (SELECT o.party_id FROM own_parties AS o)
  ORDER BY v.party_id, v.changed_at DESC NULLS LAST, l.commit_no DESC, v.ordinal DESC
), own AS (
  SELECT DISTINCT ON (i.account_id) i.account_id, i.key, coalesce(nullif(v.name, ''), i.key) AS name,
    coalesce(nullif(f.name, ''), v.owner_email) AS owner_name, f.staff_id, v.plan
  FROM identity.account AS i
  JOIN own_parties AS o ON o.account_id = i.account_id
  JOIN identity.party AS p ON p.party_id = o.party_id
  LEFT JOIN own_versions AS v ON v.party_id = o.party_id
  LEFT JOIN identity.staff AS f ON f.email = v.owner_email
  WHERE i.key = $6::text AND v.deleted IS NOT TRUE
  ORDER BY i.account_id, v.party_id IS NULL, p.external_id <> i.key, p.source, p.external_id
), accounts AS (
  SELECT a.account_id, a.key, a.name, a.owner_name, a.staff_id, a.plan
  FROM warehouse.account_now AS a
  WHERE $6::text = ''
  UNION ALL
  SELECT o.account_id, o.key, o.name, o.owner_name, o.staff_id, o.plan
  FROM own AS o
  WHERE $6::text <> ''
), compared AS (
  SELECT s.account_id, s.band, s.effective_bp, s.p_churn_1e9, s.renewal_on, s.arr_minor,
    b.band AS before_band, b.p_churn_1e9 AS before_p,
    CASE WHEN s.band <> 'Unknown' AND b.band <> 'Unknown' AND b.scorecard_id = s.scorecard_id
      THEN s.effective_bp - b.effective_bp END AS moved_bp,
    s.arr_minor * coalesce(s.p_churn_1e9 / 1e9::double precision,
      (10000 - coalesce(s.effective_bp, 5000)) / 1e5::double precision) AS expected_minor,
    b.arr_minor * (b.p_churn_1e9 / 1e9::double precision) AS before_minor
  FROM score.account_score AS s
  LEFT JOIN score.account_score AS b ON b.account_id = s.account_id AND b.as_of = $4::date
    AND b.run_id <= $3::bigint AND b.until_run_id > $3::bigint AND b.role = 'champion'
  WHERE s.as_of = $2::date AND s.run_id <= $1::bigint AND s.until_run_id > $1::bigint
    AND s.role = 'champion'
), named AS (
  SELECT c.*, a.key, a.name, coalesce(a.owner_name, '') AS owner, coalesce(a.plan, '') AS plan, a.staff_id
  FROM compared AS c
  JOIN accounts AS a ON a.account_id = c.account_id
  WHERE ($7::bigint = 0 OR a.staff_id = $7::bigint OR ($7::bigint = -1 AND a.staff_id IS NOT NULL))
    AND CASE $5::text
      WHEN 'fall' THEN c.moved_bp < -300
      WHEN 'change' THEN c.moved_bp < -300 OR (c.band <> c.before_band AND c.moved_bp < 0)
        OR c.p_churn_1e9 > c.before_p + 50000000
      WHEN 'unknown' THEN c.band = 'Unknown' AND c.before_band <> 'Unknown'
      WHEN 'renewal' THEN c.renewal_on >= $2::date AND c.renewal_on < $2::date + 90
      ELSE true END
), placed AS (
  SELECT n.*, count(*) OVER (PARTITION BY CASE WHEN $7::bigint = -1 THEN n.staff_id END) AS matching,
    row_number() OVER (PARTITION BY CASE WHEN $7::bigint = -1 THEN n.staff_id END ORDER BY CASE WHEN $5::text = 'fall' THEN n.moved_bp END,
      CASE WHEN $5::text = 'change' THEN coalesce(n.before_minor - n.expected_minor,
        n.arr_minor * (n.moved_bp / 1e5::double precision)) END,
      n.expected_minor DESC, n.p_churn_1e9 DESC NULLS LAST, n.effective_bp, n.key) AS place
  FROM named AS n
), chosen AS MATERIALIZED (
  SELECT p.account_id, p.key, p.name, p.owner, p.plan, p.staff_id, p.matching, p.place
  FROM placed AS p
  WHERE p.place <= $8::integer
)
SELECT c.key, c.name, c.owner, c.plan, s.band, b.band AS before_band, s.health_bp,
  b.health_bp AS before_health_bp, s.effective_bp, b.effective_bp AS before_bp, s.lower_bp,
  s.upper_bp, s.coverage_bp, s.override_note, s.arr_minor, s.renewal_on, s.p_churn_1e9,
  s.p_lower_1e9, s.p_upper_1e9, b.p_churn_1e9 AS before_p_1e9, s.metric_value, s.metric_quality,
  s.measure_bp, s.contribution_bp, s.lost_bp, b.metric_value AS before_metric_value,
  b.metric_quality AS before_metric_quality, b.measure_bp AS before_measure_bp,
  b.contribution_bp AS before_contribution_bp, s.risk_contribution, s.risk_value,
  b.risk_contribution AS before_risk_contribution, c.staff_id, c.matching
FROM chosen AS c
JOIN score.account_score AS s ON s.account_id = c.account_id AND s.as_of = $2::date
  AND s.run_id <= $1::bigint AND s.until_run_id > $1::bigint AND s.role = 'champion'
LEFT JOIN score.account_score AS b ON b.account_id = c.account_id AND b.as_of = $4::date
  AND b.run_id <= $3::bigint AND b.until_run_id > $3::bigint AND b.role = 'champion'
ORDER BY CASE WHEN $7::bigint = -1 THEN c.staff_id END, c.place;
