-- What each person looks after, and how it stands.
-- many shown
-- column owner_email    text null    Who.
-- column accounts       bigint       How many accounts.
-- column red            bigint       Of them Red.
-- column unknown        bigint       Of them Unknown.
-- column arr            double       Their revenue.
-- column expected_loss  double null  What they may cost.
-- column renewals_90d   bigint       Contracts that end within 90 days.
SELECT a.owner_email, count(*) AS accounts, count(*) FILTER (WHERE a.band = 'Red') AS red,
  count(*) FILTER (WHERE a.band = 'Unknown') AS unknown, sum(a.arr)::double precision AS arr,
  sum(a.expected_loss)::double precision AS expected_loss,
  count(*) FILTER (WHERE a.renewal_on < a.as_of + 90) AS renewals_90d
FROM bi.account_current AS a
GROUP BY a.owner_email
ORDER BY expected_loss DESC NULLS LAST, a.owner_email;
