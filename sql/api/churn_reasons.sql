-- Why customers left, by month.
-- many shown
-- param  from_day  date null
-- column month       date    Month they left in.
-- column reason      text null    As it was recorded.
-- column competitor  text null    Who got them.
-- column seen_by     text    What said that they left.
-- column accounts    bigint    How many.
-- column arr_minor   bigint    Their ARR.
SELECT date_trunc('month', l.churned_on::timestamp)::date AS month, nullif(l.reason, '') AS reason,
  nullif(l.competitor, '') AS competitor, l.seen_by, count(*) AS accounts,
  sum(l.arr_minor)::bigint AS arr_minor
FROM score.loss AS l
WHERE $1::date IS NULL OR l.churned_on >= $1::date
GROUP BY date_trunc('month', l.churned_on::timestamp)::date, l.reason, l.competitor, l.seen_by
ORDER BY month DESC, arr_minor DESC, reason, competitor, l.seen_by;
