-- What a shadow scorecard makes of the newest published day, band by band beside the one that speaks.
-- many
-- column as_of      date
-- column scorecard  text    the shadow
-- column band       text    as published
-- column shadow     text    of the day alone, by the shadow
-- column accounts   bigint
-- column arr_minor  bigint
SELECT p.as_of, k.name AS scorecard, c.raw_band AS band, s.raw_band AS shadow, count(*) AS accounts,
  sum(c.arr_minor)::bigint AS arr_minor
FROM score.published AS p
JOIN score.account_score AS c ON c.as_of = p.as_of AND c.run_id <= p.run_id AND c.until_run_id > p.run_id
  AND c.role = 'champion'
JOIN score.account_score AS s ON s.as_of = p.as_of AND s.run_id <= p.run_id AND s.until_run_id > p.run_id
  AND s.role = 'shadow' AND s.account_id = c.account_id
JOIN score.scorecard AS k ON k.scorecard_id = s.scorecard_id
WHERE p.as_of = (SELECT max(n.as_of) FROM score.published AS n)
GROUP BY p.as_of, k.name, c.raw_band, s.raw_band
ORDER BY k.name, c.raw_band, s.raw_band;
