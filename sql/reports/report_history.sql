-- The published days: how the portfolio stood.
-- many
-- param  as_of           date
-- column as_of           date
-- column accounts        bigint
-- column care            bigint
-- column unknown         bigint
-- column mean_bp         double null
SELECT p.as_of, count(*) AS accounts, count(*) FILTER (WHERE s.band IN ('Red', 'Yellow')) AS care,
  count(*) FILTER (WHERE s.band = 'Unknown') AS unknown,
  avg(s.effective_bp)::double precision AS mean_bp
FROM score.published AS p
JOIN score.account_score AS s ON s.run_id = p.run_id AND s.as_of = p.as_of AND s.role = 'champion'
WHERE p.as_of <= $1::date AND p.as_of > $1::date - 730
GROUP BY p.as_of
ORDER BY p.as_of;
