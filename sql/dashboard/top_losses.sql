-- Accounts whose churn would cost most.
-- many shown
-- param  owner     text null    address of who looks after them
-- param  max_rows  int null     20 by default
-- column account        text    Key of the account.
-- column account_name   text    Its name.
-- column owner_email    text null    Who looks after it.
-- column band           text    Band.
-- column health         double null    0 to 100.
-- column arr            double    Annual recurring revenue.
-- column p_churn        double null    Probability of churn within 90 days.
-- column expected_loss  double null    ARR times that.
-- column renewal_on     date null    Next contract end.
-- column top_reasons    text null    What costs most health.
SELECT a.account_key AS account, a.account_name, a.owner_email, a.band, a.health::double precision AS health,
  a.arr::double precision AS arr, a.p_churn_90d::double precision AS p_churn,
  a.expected_loss::double precision AS expected_loss, a.renewal_on, a.top_reasons
FROM bi.account_current AS a
WHERE $1::text IS NULL OR a.owner_email = $1::text
ORDER BY a.expected_loss DESC NULLS LAST, a.account_key
LIMIT coalesce($2::int, 20);
