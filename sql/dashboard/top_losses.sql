-- Customers by what their churn may cost, the most first.
-- many shown
-- param  owner     text null  Only of this owner, by e-mail address.
-- param  segment   text null  Only this segment.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column account        text         Key of the account.
-- column account_name   text null    Its name.
-- column owner_email    text null    Who looks after it.
-- column band           text         Band.
-- column health         double null  Health, 0 to 100.
-- column arr            double null  ARR.
-- column renewal_on     date null    Next end of contract.
-- column p_churn_90d    double null  Probability of churn within 90 days.
-- column p_churn_lower  double null  Lower end of its interval.
-- column p_churn_upper  double null  Upper end.
-- column expected_loss  double null  ARR times that probability.
-- column reasons        text null    What its health has lost most by.
SELECT a.account_key AS account, a.account_name, a.owner_email, a.band,
  a.health::double precision AS health, a.arr::double precision AS arr, a.renewal_on,
  a.p_churn_90d::double precision AS p_churn_90d, a.p_churn_lower::double precision AS p_churn_lower,
  a.p_churn_upper::double precision AS p_churn_upper, a.expected_loss::double precision AS expected_loss,
  a.top_reasons AS reasons
FROM bi.account_current AS a
WHERE ($1::text IS NULL OR a.owner_email = $1::text) AND ($2::text IS NULL OR a.segment = $2::text)
ORDER BY a.expected_loss DESC NULLS LAST, a.account_key
LIMIT coalesce($3::int, 1000);
