-- Published days with the runs that speak for them.
-- many
-- param  from_day  date
-- param  to_day    date
-- column as_of     date
-- column run_id    bigint
SELECT p.as_of, p.run_id
FROM score.published AS p
WHERE p.as_of >= $1::date AND p.as_of <= $2::date
ORDER BY p.as_of;
