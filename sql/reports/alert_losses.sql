-- Customers lost in a time.
-- many
-- param  from_day    date
-- param  to_day      date
-- column account_id  bigint
-- column churned_on  date
SELECT l.account_id, l.churned_on
FROM score.loss AS l
WHERE l.churned_on >= $1::date AND l.churned_on <= $2::date
ORDER BY l.account_id, l.churned_on;
