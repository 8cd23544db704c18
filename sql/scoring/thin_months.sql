-- Months of which published days go when they are kept weekly: those that lie wholly before the
-- kept months, counted back from the newest published day's.
-- many
-- param  keep_months  int
-- column month        date
-- column days         bigint  that go: not the last published day of their ISO week
SELECT date_trunc('month', p.as_of::timestamp)::date AS month, count(*) AS days
FROM score.published AS p
WHERE p.as_of < date_trunc('month', (SELECT max(n.as_of)::timestamp FROM score.published AS n))
    - make_interval(months => $1::integer)
  AND EXISTS (
    SELECT FROM score.published AS q
    WHERE q.as_of > p.as_of
      AND date_trunc('week', q.as_of::timestamp) = date_trunc('week', p.as_of::timestamp)
  )
GROUP BY 1
ORDER BY 1;
