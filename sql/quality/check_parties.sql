-- Days on which too few customers have a fact of a metric: a source that came in part. A day is held
-- against the median of the same weekday over the eight weeks before, four of which must be there;
-- days after the newest fact are not missing but not here yet.
-- many
-- param  metrics   text[]
-- param  shares    double[]    a day below this share of the usual fails
-- param  from_day  date
-- param  to_day    date        the day after the last
-- column metric    text
-- column day       date
-- column value     double
-- column usual     double
WITH series AS MATERIALIZED (
  SELECT u.metric, u.day, u.parties::double precision AS n
  FROM ops.usage_day AS u
  WHERE u.metric = ANY ($1::text[])
    AND u.day >= $3::date - 56 AND u.day < $4::date
),
grid AS (
  SELECT w.metric, w.share, d.day::date AS day
  FROM unnest($1::text[], $2::double precision[]) AS w(metric, share)
  CROSS JOIN generate_series($3::date, $4::date - 1, interval '1 day') AS d(day)
),
usual AS (
  SELECT g.metric, g.day, percentile_cont(0.5) WITHIN GROUP (ORDER BY s.n) AS n
  FROM grid AS g
  JOIN series AS s ON s.metric = g.metric AND s.day < g.day AND s.day >= g.day - 56
    AND (g.day - s.day) % 7 = 0
  GROUP BY g.metric, g.day
  HAVING count(*) >= 4
)
SELECT g.metric, g.day, coalesce(s.n, 0) AS value, u.n AS usual
FROM grid AS g
JOIN usual AS u ON u.metric = g.metric AND u.day = g.day
LEFT JOIN series AS s ON s.metric = g.metric AND s.day = g.day
WHERE coalesce(s.n, 0) < g.share * u.n
  AND g.day <= (SELECT max(n.day) FROM series AS n WHERE n.metric = g.metric)
ORDER BY g.metric, g.day;
