-- Customers whose health fell most, with what costs them most now.
-- many shown
-- param  days      int null     Against the newest day at least so many days before; 7 when nothing is said.
-- param  points    double null  At least so many points; 3 when nothing is said.
-- param  owner     text null    Only of this owner, by e-mail address.
-- param  max_rows  int null     Rows at most; 1000 when nothing is said.
-- column account        text         Key of the account.
-- column name           text null    Its name.
-- column owner          text null    Who looks after it.
-- column before_on      date         The day before.
-- column health_before  double null  Health then.
-- column health         double null  Health now.
-- column change         double null  In points.
-- column band_before    text         Band then.
-- column band           text         Band now.
-- column arr            double null  ARR.
-- column reasons        text null    What its health has lost most by.
WITH now_in AS MATERIALIZED (
  SELECT a.account_id, a.account_key, a.account_name, a.owner_email, a.as_of, a.health, a.band, a.arr, a.top_reasons
  FROM bi.account_current AS a
), before AS MATERIALIZED (
  SELECT d.account_id, d.as_of, d.health, d.band
  FROM bi.account_daily AS d
  WHERE d.as_of = (SELECT max(e.as_of) FROM bi.account_daily AS e
                   WHERE e.as_of <= (SELECT max(n.as_of) FROM now_in AS n) - coalesce($1::int, 7))
)
SELECT n.account_key AS account, n.account_name AS name, n.owner_email AS owner, b.as_of AS before_on,
  b.health::double precision AS health_before, n.health::double precision AS health,
  (n.health - b.health)::double precision AS change, b.band AS band_before, n.band,
  n.arr::double precision AS arr, n.top_reasons AS reasons
FROM now_in AS n
JOIN before AS b ON b.account_id = n.account_id
WHERE n.health <= b.health - coalesce($2::double precision, 3)::numeric
  AND ($3::text IS NULL OR n.owner_email = $3::text)
ORDER BY change, n.account_key
LIMIT coalesce($4::int, 1000);
