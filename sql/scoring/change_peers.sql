-- What is usual among an account's peers on a published day: the median of each measure's value and of
-- each feature of the model. Peers are the other customers of its segment, or all others where fewer
-- than 20 share it; at most 5,000 of them, chosen without regard to any value.
-- many
-- param  key           text
-- param  as_of         date
-- param  scorecard_id  bigint
-- column segment       text null   null: all other customers
-- column n_peers       bigint
-- column is_feature    bool
-- column ordinal       bigint      from 1
-- column median        double
WITH self AS (
  SELECT a.account_id, n.segment
  FROM identity.account AS a
  LEFT JOIN warehouse.account_now AS n ON n.account_id = a.account_id
  WHERE a.key = $1::text
),
other AS (
  SELECT s.account_id, s.metric_value, s.risk_value, n.segment IS NOT DISTINCT FROM self.segment AS alike,
    self.segment
  FROM self
  JOIN score.account_published AS s ON s.as_of = $2::date AND s.scorecard_id = $3::bigint
    AND s.account_id <> self.account_id
  LEFT JOIN warehouse.account_now AS n ON n.account_id = s.account_id
),
enough AS (
  SELECT count(*) >= 20 AS is_so
  FROM other AS o
  WHERE o.alike AND o.segment IS NOT NULL
),
peer AS (
  SELECT o.metric_value, o.risk_value, CASE WHEN e.is_so THEN o.segment END AS segment,
    count(*) OVER () AS n_peers
  FROM other AS o
  CROSS JOIN enough AS e
  WHERE o.alike OR NOT e.is_so
  ORDER BY hashint8(o.account_id), o.account_id
  LIMIT 5000
),
cell AS (
  SELECT p.segment, p.n_peers, false AS is_feature, x.i, x.v
  FROM peer AS p
  CROSS JOIN LATERAL unnest(p.metric_value) WITH ORDINALITY AS x(v, i)
  UNION ALL
  SELECT p.segment, p.n_peers, true, x.i, x.v
  FROM peer AS p
  CROSS JOIN LATERAL unnest(p.risk_value) WITH ORDINALITY AS x(v, i)
)
SELECT c.segment, c.n_peers, c.is_feature, c.i AS ordinal,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY c.v) AS median
FROM cell AS c
WHERE c.v IS NOT NULL AND c.v <> 'NaN'::double precision
GROUP BY c.segment, c.n_peers, c.is_feature, c.i
ORDER BY c.is_feature, c.i;
