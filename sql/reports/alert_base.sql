-- Of all results of published days, those of accounts that were lost within so many days after.
-- one
-- param  from_day   date
-- param  to_day     date   the last day that is judged
-- param  days       int
-- column results    bigint
-- column lost       bigint
SELECT count(*) AS results, count(l.account_id) AS lost
FROM score.account_published AS s
LEFT JOIN LATERAL (
  SELECT v.account_id
  FROM score.loss AS v
  WHERE v.account_id = s.account_id AND v.churned_on >= s.as_of AND v.churned_on <= s.as_of + $3::integer
  LIMIT 1
) AS l ON true
WHERE s.as_of >= $1::date AND s.as_of <= $2::date;
