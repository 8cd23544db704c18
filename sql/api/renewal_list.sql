-- Contracts that end, by day.
-- many shown
-- param  accounts      bigint[] null     those the caller may see; null: all
-- param  from_day      date null
-- param  before_day    date null
-- param  after_number  bigint null
-- param  after_id      bigint null
-- param  max_rows      int
-- column account              text    Key of the account.
-- column account_name         text null    Its name.
-- column owner_email          text null    Who looks after it.
-- column segment              text null    Segment.
-- column product              text    What is contracted.
-- column renewal_on           date    Day the contract ends.
-- column days                 int    From the day of the run to then.
-- column arr_minor            bigint    Annual recurring revenue of the contract.
-- column is_renewed           bool    A later contract is known already.
-- column p_churn_1e9          bigint null    Probability that it is not renewed.
-- column expected_loss_minor  bigint null    ARR times that; null when renewed or without a model.
-- column page_number          bigint
-- column page_id              bigint
SELECT a.key AS account, n.name AS account_name, n.owner_email, n.segment, r.product, r.renewal_on,
  r.renewal_on - v.as_of AS days, r.arr_minor, r.is_renewed, r.p_churn_1e9,
  CASE WHEN NOT r.is_renewed THEN round(r.arr_minor * (r.p_churn_1e9 / 1e9))::bigint END AS expected_loss_minor,
  (r.renewal_on - DATE '1970-01-01')::bigint AS page_number, r.account_id * 4096 + r.ordinal AS page_id
FROM score.renewal AS r
JOIN identity.account AS a ON a.account_id = r.account_id
LEFT JOIN warehouse.account_now AS n ON n.account_id = r.account_id
CROSS JOIN score.revenue AS v
WHERE ($1::bigint[] IS NULL OR r.account_id = ANY ($1::bigint[]))
  AND ($2::date IS NULL OR r.renewal_on >= $2::date)
  AND ($3::date IS NULL OR r.renewal_on < $3::date)
  AND ($5::bigint IS NULL OR (r.renewal_on - DATE '1970-01-01', r.account_id * 4096 + r.ordinal)
    > ($4::bigint, $5::bigint))
ORDER BY page_number, page_id
LIMIT $6::int;
