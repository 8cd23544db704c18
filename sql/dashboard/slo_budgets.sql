-- Service levels whose error budget is spent or runs out, per customer.
-- many shown
-- param  slo       text null  Only this one of slo.yaml.
-- param  state     text null  Only this state; BREACHED and WARNING when nothing is said.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column account      text         Key of the account.
-- column name         text null    Its name.
-- column owner        text null    Who looks after it.
-- column slo          text         Name in slo.yaml.
-- column label        text         Shown name.
-- column state        text         OK, WARNING, BREACHED or INSUFFICIENT_DATA.
-- column objective    double null  What is promised.
-- column sli          double null  What was reached.
-- column budget_left  double null  Share of the error budget that is left; below 0: overspent.
-- column bad          bigint null  Bad ones in the window.
-- column platform     bigint null  Of them by the fault of the platform.
-- column arr          double null  ARR.
WITH now_in AS MATERIALIZED (
  SELECT a.account_id, a.arr FROM bi.account_current AS a
), level AS MATERIALIZED (
  SELECT s.account_id, s.account_key, s.account_name, s.owner_email, s.slo, s.label, s.state, s.objective, s.sli,
    s.budget_left, s.bad, s.platform
  FROM bi.slo_current AS s
)
SELECT s.account_key AS account, s.account_name AS name, s.owner_email AS owner, s.slo, s.label, s.state,
  s.objective::double precision AS objective, s.sli::double precision AS sli,
  s.budget_left::double precision AS budget_left, s.bad, s.platform, a.arr::double precision AS arr
FROM level AS s
LEFT JOIN now_in AS a ON a.account_id = s.account_id
WHERE ($1::text IS NULL OR s.slo = $1::text)
  AND CASE WHEN $2::text IS NULL THEN s.state IN ('BREACHED', 'WARNING') ELSE s.state = $2::text END
ORDER BY s.budget_left NULLS LAST, s.account_key, s.slo
LIMIT coalesce($3::int, 1000);
