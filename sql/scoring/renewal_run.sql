-- The run that speaks for the newest published day of a stretch.
-- maybe
-- param  from_day  date
-- param  to_day    date        the last day of it
-- column run_id    bigint
-- column as_of     date
-- column model_id  bigint null
SELECT r.run_id, r.as_of, r.model_id
FROM score.published AS p
JOIN score.run AS r ON r.run_id = p.run_id
WHERE p.as_of >= $1::date AND p.as_of <= $2::date
ORDER BY p.as_of DESC
LIMIT 1;
