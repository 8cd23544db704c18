-- Whose revenue moved in a month, largest first.
-- many shown
-- param  scope         text
-- param  month         date
-- param  movement      text null
-- param  after_number  bigint null
-- param  after_id      bigint null
-- param  max_rows      int
-- column account          text    Key of the account.
-- column movement         text    new, resurrection, expansion, contraction or churn.
-- column arr_start_minor  bigint    As the month began.
-- column arr_end_minor    bigint    As it ended.
-- column change_minor     bigint    The difference.
-- column page_number      bigint
-- column page_id          bigint
SELECT a.key AS account, m.movement, m.start_minor AS arr_start_minor, m.end_minor AS arr_end_minor,
  m.end_minor - m.start_minor AS change_minor, -abs(m.end_minor - m.start_minor) AS page_number,
  m.account_id AS page_id
FROM score.arr_moved AS m
JOIN score.revenue AS v ON v.currency = m.currency
JOIN identity.account AS a ON a.account_id = m.account_id
WHERE m.scope = $1::text AND m.period = $2::date AND ($3::text IS NULL OR m.movement = $3::text)
  AND ($5::bigint IS NULL OR (-abs(m.end_minor - m.start_minor), m.account_id) > ($4::bigint, $5::bigint))
ORDER BY page_number, page_id
LIMIT $6::int;
