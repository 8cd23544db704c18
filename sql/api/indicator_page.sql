-- Flags that are set on the day of the published run.
-- many shown
-- param  accounts      bigint[] null     those the caller may see; null: all
-- param  indicator     text null
-- param  kind          text null
-- param  after_number  bigint null
-- param  after_id      bigint null
-- param  max_rows      int
-- column account      text    Key of the account.
-- column indicator    text    Its name.
-- column label        text    Shown name.
-- column label_ja     text    The same in Japanese.
-- column kind         text    risk or opportunity.
-- column is_known     bool    False: the metric has no value today, the flag stays as it was.
-- column value        double null    The value of the metric.
-- column page_number  bigint
-- column page_id      bigint
SELECT a.key AS account, i.indicator, i.label, i.label_ja, i.kind, i.is_known, i.value,
  i.account_id AS page_number, hashtextextended(i.indicator, 0) AS page_id
FROM score.indicator_day AS i
JOIN score.current_run AS r ON r.as_of = i.as_of
JOIN identity.account AS a ON a.account_id = i.account_id
WHERE ($1::bigint[] IS NULL OR i.account_id = ANY ($1::bigint[]))
  AND ($2::text IS NULL OR i.indicator = $2::text) AND ($3::text IS NULL OR i.kind = $3::text)
  AND ($5::bigint IS NULL OR (i.account_id, hashtextextended(i.indicator, 0)) > ($4::bigint, $5::bigint))
ORDER BY page_number, page_id
LIMIT $6::int;
