-- Customers who left though their band was the best 90 days before, the most ARR first.
-- many shown
-- param  since     date null  Who left from this day on.
-- param  band      text null  The band 90 days before; Green when nothing is said.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column churned_on  date         The day it left.
-- column account     text         Key of the account.
-- column name        text null    Its name.
-- column owner       text null    Who looked after it.
-- column segment     text null    Segment.
-- column arr         double null  ARR that went.
-- column reason      text null    As the contract says.
-- column competitor  text null    Likewise.
-- column band_180    text null    Band 180 days before.
-- column band_90     text null    Band 90 days before.
-- column band_30     text null    Band 30 days before.
SELECT c.churned_on, c.account_key AS account, c.account_name AS name, c.owner_email AS owner, c.segment,
  c.arr::double precision AS arr, c.reason, c.competitor, c.band_180, c.band_90, c.band_30
FROM bi.churn AS c
WHERE c.band_90 = coalesce($2::text, 'Green') AND ($1::date IS NULL OR c.churned_on >= $1::date)
ORDER BY c.arr DESC NULLS LAST, c.churned_on, c.account_key
LIMIT coalesce($3::int, 1000);
