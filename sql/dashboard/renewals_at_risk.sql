-- Contracts that end soon and are not renewed, by what they may lose.
-- many shown
-- param  days      int null   How far ahead; 90 when nothing is said.
-- param  owner     text null  Only of this owner, by e-mail address.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column renewal_on     date         End of the contract.
-- column days           int          Until then.
-- column account        text         Key of the account.
-- column name           text null    Its name.
-- column owner          text null    Who looks after it.
-- column product        text null    What ends.
-- column arr            double null  ARR that ends.
-- column p_churn        double null  Probability that the customer is lost by then.
-- column expected_loss  double null  ARR times that probability.
SELECT r.renewal_on, r.days, r.account_key AS account, r.account_name AS name, r.owner_email AS owner, r.product,
  r.arr::double precision AS arr, r.p_churn::double precision AS p_churn, r.expected_loss::double precision AS expected_loss
FROM bi.renewal AS r
WHERE NOT r.is_renewed AND r.days BETWEEN 0 AND coalesce($1::int, 90)
  AND ($2::text IS NULL OR r.owner_email = $2::text)
ORDER BY r.expected_loss DESC NULLS LAST, r.renewal_on, r.account_key, r.product
LIMIT coalesce($3::int, 1000);
