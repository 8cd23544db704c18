-- Customers with detractors, the most ARR first: whom to speak to.
-- many shown
-- param  owner     text null  Mail address of an owner; all when nothing is said.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column account        text         Key of the account.
-- column name           text null    Its name.
-- column owner          text null    Who looks after it.
-- column arr            double null  ARR.
-- column band           text null    Band of its health.
-- column detractors     bigint       People whose newest answer of the half year was 0 to 6.
-- column people         bigint       Of so many who answered.
-- column response_rate  double null  And of those known there, the share that answered.
-- column nps            double null  Net promoter score, -100 to 100.
-- column nps_change     double null  Against 90 days earlier.
-- column newest_on      date null    Day of the newest answer.
SELECT n.account_key AS account, n.account_name AS name, n.owner_email AS owner, n.arr::double precision AS arr, n.band,
  n.detractors, n.people, n.response_rate, n.nps, n.nps_change, n.newest_on
FROM bi.nps_current AS n
WHERE n.detractors > 0 AND ($1::text IS NULL OR n.owner_email = $1::text)
ORDER BY n.arr DESC NULLS LAST, n.account_key
LIMIT coalesce($2::int, 1000);
