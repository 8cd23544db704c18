-- Why customers left in a stretch of days, those first that took most ARR with them.
-- many
-- param  from_day    date
-- param  to_day      date     not this one
-- param  max_rows    int
-- column reason      text     empty: none is recorded
-- column competitor  text
-- column accounts    bigint
-- column arr_minor   bigint
SELECT l.reason, l.competitor, count(*) AS accounts, sum(l.arr_minor)::bigint AS arr_minor
FROM score.loss AS l
WHERE l.churned_on >= $1::date AND l.churned_on < $2::date
GROUP BY l.reason, l.competitor
ORDER BY sum(l.arr_minor) DESC, l.reason, l.competitor
LIMIT $3::integer;
