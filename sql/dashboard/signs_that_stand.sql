-- Signs of risk and of growth that are set now, since when, the most ARR first.
-- many shown
-- param  kind      text null  risk or opportunity.
-- param  sign      text null  Only this one of indicators.yaml, e.g. one_person.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column account  text         Key of the account.
-- column name     text null    Its name.
-- column owner    text null    Who looks after it.
-- column kind     text         risk or opportunity.
-- column sign     text         Name in indicators.yaml.
-- column label    text         Shown name.
-- column set_on   date         Since when.
-- column value    double null  Its value when it was last looked at.
-- column arr      double null  ARR.
WITH now_in AS MATERIALIZED (
  SELECT a.account_id, a.account_name, a.owner_email, a.arr FROM bi.account_current AS a
)
SELECT i.account_key AS account, a.account_name AS name, a.owner_email AS owner, i.kind, i.indicator AS sign, i.label,
  i.set_on, i.value_last AS value, a.arr::double precision AS arr
FROM bi.indicator AS i
JOIN now_in AS a ON a.account_id = i.account_id
WHERE i.cleared_on IS NULL AND ($1::text IS NULL OR i.kind = $1::text) AND ($2::text IS NULL OR i.indicator = $2::text)
ORDER BY a.arr DESC NULLS LAST, i.account_key, i.indicator
LIMIT coalesce($3::int, 1000);
