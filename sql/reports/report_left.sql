-- Who was scored before and is a customer no more, with how its contracts ended. The accounts' parties
-- come first, so that only their contracts are looked at.
-- many
-- param  run_id        bigint
-- param  as_of         date
-- param  before_id     bigint
-- param  before        date
-- param  staff_id      bigint   0: all; -1: of each owner apart; else only this owner's
-- param  max_rows      int      of each owner with -1
-- column key           text
-- column name          text
-- column owner         text
-- column band          text
-- column effective_bp  int null
-- column p_churn_1e9   bigint null
-- column arr_minor     bigint
-- column is_merged     bool     no party is left: it became part of another account
-- column ended_on      date null
-- column churn_reason  text
-- column staff_id      bigint null
-- column matching      bigint   all who left, shown or not, of the owner with -1; those merged are not among them
-- column matching_minor bigint  their ARR
WITH gone AS MATERIALIZED (
  SELECT b.account_id, b.band, b.effective_bp, b.p_churn_1e9, b.arr_minor
  FROM score.account_score AS b
  WHERE b.as_of = $4::date AND b.run_id <= $3::bigint AND b.until_run_id > $3::bigint
    AND b.role = 'champion' AND NOT EXISTS (
      SELECT FROM score.account_score AS s
      WHERE s.account_id = b.account_id AND s.as_of = $2::date AND s.run_id <= $1::bigint
        AND s.until_run_id > $1::bigint AND s.role = 'champion')
), parties AS MATERIALIZED (
  SELECT m.party_id, m.account_id
  FROM warehouse.member_now AS m
  WHERE m.account_id IN (SELECT g.account_id FROM gone AS g)
), contracts AS (
  SELECT DISTINCT ON (v.party_id, v.external_id) v.party_id, v.end_on, v.cancelled_on, v.churn_reason,
    v.deleted
  FROM warehouse.subscription AS v
  JOIN warehouse.load_now AS l ON l.load_id = v.load_id
  WHERE v.party_id IN (SELECT p.party_id FROM parties AS p)
  ORDER BY v.party_id, v.external_id, v.changed_at DESC NULLS LAST, l.commit_no DESC, v.ordinal DESC
), ended AS (
  SELECT DISTINCT ON (p.account_id) p.account_id,
    CASE WHEN c.end_on <= $2::date THEN c.end_on ELSE coalesce(c.cancelled_on, c.end_on) END AS ended_on,
    c.churn_reason
  FROM contracts AS c
  JOIN parties AS p ON p.party_id = c.party_id
  WHERE NOT c.deleted
  ORDER BY p.account_id, c.end_on DESC NULLS FIRST, c.cancelled_on DESC NULLS LAST
)
SELECT o.key, o.name, o.owner, o.band, o.effective_bp, o.p_churn_1e9, o.arr_minor, o.is_merged, o.ended_on,
  o.churn_reason, o.staff_id, o.matching, o.matching_minor
FROM (
  SELECT i.key, coalesce(a.name, i.key) AS name, coalesce(a.owner_name, '') AS owner, g.band,
    g.effective_bp, g.p_churn_1e9, g.arr_minor, m.is_merged, e.ended_on,
    coalesce(e.churn_reason, '') AS churn_reason, a.staff_id,
    count(*) FILTER (WHERE NOT m.is_merged) OVER w AS matching,
    (coalesce(sum(g.arr_minor) FILTER (WHERE NOT m.is_merged) OVER w, 0))::bigint AS matching_minor,
    row_number() OVER (w ORDER BY m.is_merged, g.arr_minor DESC, i.key) AS place
  FROM gone AS g
  JOIN identity.account AS i ON i.account_id = g.account_id
  LEFT JOIN warehouse.account_now AS a ON a.account_id = g.account_id
  LEFT JOIN ended AS e ON e.account_id = g.account_id
  CROSS JOIN LATERAL (
    SELECT NOT EXISTS (SELECT FROM parties AS p WHERE p.account_id = g.account_id) AS is_merged) AS m
  WHERE ($5::bigint = 0 OR a.staff_id = $5::bigint OR ($5::bigint = -1 AND a.staff_id IS NOT NULL))
  WINDOW w AS (PARTITION BY CASE WHEN $5::bigint = -1 THEN a.staff_id END)
) AS o
WHERE o.place <= $6::integer
ORDER BY CASE WHEN $5::bigint = -1 THEN o.staff_id END, o.place;
