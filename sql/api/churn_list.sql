-- Customers who left, newest first, and whether it was seen coming.
-- many shown
-- param  from_day      date null
-- param  after_number  bigint null
-- param  after_id      bigint null
-- param  max_rows      int
-- column account          text    Key of the account.
-- column account_name     text null    Its name.
-- column churned_on       date    Day it left.
-- column seen_by          text    What said so.
-- column arr_minor        bigint    What it paid a year.
-- column reason           text null    As it was recorded.
-- column competitor       text null    Who got it.
-- column lead_first_days  int null    Days before that it was first red.
-- column lead_last_days   int null    Days before that it was red without a break.
-- column band_180         text null    Band 180 days before.
-- column band_90          text null    90 days before.
-- column band_60          text null    60 days before.
-- column band_30          text null    30 days before.
-- column page_number      bigint
-- column page_id          bigint
SELECT a.key AS account, n.name AS account_name, l.churned_on, l.seen_by, l.arr_minor,
  nullif(l.reason, '') AS reason, nullif(l.competitor, '') AS competitor, l.lead_first_days, l.lead_last_days,
  nullif(l.band_180, '') AS band_180, nullif(l.band_90, '') AS band_90, nullif(l.band_60, '') AS band_60,
  nullif(l.band_30, '') AS band_30, -(l.churned_on - DATE '1970-01-01')::bigint AS page_number,
  l.account_id AS page_id
FROM score.loss AS l
JOIN identity.account AS a ON a.account_id = l.account_id
LEFT JOIN warehouse.account_now AS n ON n.account_id = l.account_id
WHERE ($1::date IS NULL OR l.churned_on >= $1::date)
  AND ($3::bigint IS NULL OR (-(l.churned_on - DATE '1970-01-01'), l.account_id) > ($2::bigint, $3::bigint))
ORDER BY page_number, page_id
LIMIT $4::int;
