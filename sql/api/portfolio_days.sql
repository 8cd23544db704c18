-- The accounts of each published day added up, oldest first.
-- many shown
-- param  accounts  bigint[] null     those the caller may see; null: all
-- param  from_day  date
-- param  to_day    date      included
-- column as_of                date    The day.
-- column run_id               bigint    The run that speaks for it.
-- column band                 text    Band.
-- column accounts             bigint    Accounts in it.
-- column known                bigint    Of them with a known health.
-- column health_sum_bp        bigint null    Their healths added up.
-- column arr_minor            bigint    ARR of the accounts.
-- column expected_loss_minor  bigint    ARR times the probability of churn, added up.
SELECT s.as_of, s.run_id, s.band, count(*) AS accounts, count(s.effective_bp) AS known,
  sum(s.effective_bp)::bigint AS health_sum_bp, sum(s.arr_minor)::bigint AS arr_minor,
  coalesce(sum(floor(s.arr_minor::numeric * s.p_churn_1e9 / 1000000000)), 0)::bigint AS expected_loss_minor
FROM score.account_published AS s
WHERE s.as_of BETWEEN $2::date AND $3::date
  AND ($1::bigint[] IS NULL OR s.account_id = ANY ($1::bigint[]))
GROUP BY s.as_of, s.run_id, s.band
ORDER BY s.as_of, s.band;
