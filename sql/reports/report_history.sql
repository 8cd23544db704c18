-- The published days: how the portfolio stood.
-- many
-- param  as_of           date
-- column as_of           date
-- column accounts        bigint
-- column care            bigint
-- column unknown         bigint
-- column mean_bp         double null
SELECT s.as_of, count(*) AS accounts, count(*) FILTER (WHERE s.band IN ('Red', 'Yellow')) AS care,
  count(*) FILTER (WHERE s.band = 'Unknown') AS unknown,
  avg(s.effective_bp)::double precision AS mean_bp
FROM score.account_published AS s
WHERE s.as_of <= $1::date AND s.as_of > $1::date - 730
GROUP BY s.as_of
ORDER BY s.as_of;
