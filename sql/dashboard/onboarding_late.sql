-- Customers who have not reached a milestone that three quarters had reached by their age.
-- many shown
-- param  owner     text null  Only of this owner, by e-mail address.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column account      text         Key of the account.
-- column name         text null    Its name.
-- column owner        text null    Who looks after it.
-- column start_on     date         First day as a customer.
-- column age_days     int          Days since.
-- column milestone    text         What is not reached.
-- column days_median  int null     Half had reached it by this age.
-- column days_p75     int null     Three quarters by this.
-- column arr          double null  ARR.
WITH now_in AS MATERIALIZED (
  SELECT a.account_id, a.account_name, a.owner_email, a.arr FROM bi.account_current AS a
)
SELECT o.account_key AS account, a.account_name AS name, a.owner_email AS owner, o.start_on, o.age_days, o.milestone,
  o.days_median, o.days_p75, a.arr::double precision AS arr
FROM bi.onboarding_late AS o
LEFT JOIN now_in AS a ON a.account_id = o.account_id
WHERE $1::text IS NULL OR a.owner_email = $1::text
ORDER BY o.age_days - o.days_p75 DESC NULLS LAST, o.account_key, o.milestone
LIMIT coalesce($2::int, 1000);
