-- Days on which a metric's sum over all customers is too far from the usual, up or down: a file that
-- was loaded twice under other ids, a unit that changed. Held against the median of the same weekday
-- over the eight weeks before, four of which must be there.
-- many
-- param  metrics   text[]
-- param  factors   double[]    more than so many times the usual fails, or less than its inverse
-- param  from_day  date
-- param  to_day    date        the day after the last
-- column metric    text
-- column day       date
-- column value     double
-- column usual     double
WITH series AS MATERIALIZED (
  SELECT u.metric, u.day, u.total
  FROM ops.usage_day AS u
  WHERE u.metric = ANY ($1::text[])
    AND u.day >= $3::date - 56 AND u.day < $4::date
),
usual AS (
  SELECT g.metric, g.day, percentile_cont(0.5) WITHIN GROUP (ORDER BY s.total) AS total
  FROM series AS g
  JOIN series AS s ON s.metric = g.metric AND s.day < g.day AND s.day >= g.day - 56
    AND (g.day - s.day) % 7 = 0
  WHERE g.day >= $3::date
  GROUP BY g.metric, g.day
  HAVING count(*) >= 4
)
SELECT g.metric, g.day, g.total AS value, u.total AS usual
FROM series AS g
JOIN usual AS u ON u.metric = g.metric AND u.day = g.day
JOIN unnest($1::text[], $2::double precision[]) AS w(metric, factor) ON w.metric = g.metric
WHERE u.total > 0 AND (g.total > w.factor * u.total OR g.total * w.factor < u.total)
ORDER BY g.metric, g.day;
