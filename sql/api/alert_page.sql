-- Alerts, newest first.
-- many shown
-- param  accounts    bigint[] null     those the caller may see; null: all
-- param  state       text null
-- param  rule        text null
-- param  severity    text null
-- param  account_id  bigint null
-- param  after_id    bigint null
-- param  max_rows    int
-- column alert_id         bigint    The alert.
-- column account          text    Key of the account.
-- column rule             text    Its rule.
-- column label            text    What people call it.
-- column label_ja         text    The same in Japanese.
-- column severity         text    info, warning or critical.
-- column state            text    open or resolved.
-- column is_known         bool    It is open and its conditions can be judged.
-- column opened_on        date    Business day it opened.
-- column told_on          date null    Business day a message about it was queued; null: none was.
-- column silence          text    Why none was: muted, acknowledged, cool_down or late.
-- column escalated_on     date null    Business day an open one was escalated.
-- column resolved_on      date null    Business day it ended.
-- column acknowledged_by  text null    Who took up an open one.
-- column acknowledged_at  timestamptz null    When.
-- column muted_until      date null    First day on which an open one is loud again.
-- column sentence         text    What it said, in English.
-- column sentence_ja      text    What it said, in Japanese.
-- column fingerprint      text    The same for all alerts of a rule about an account.
-- column opened_at        timestamptz    When it was opened.
-- column page_id          bigint
SELECT b.alert_id, b.account_key AS account, b.rule, b.label, b.label_ja, b.severity, b.state, b.is_known,
  b.opened_on, b.told_on, b.silence, b.escalated_on, b.resolved_on, b.acknowledged_by, b.acknowledged_at,
  b.muted_until, b.sentence, b.sentence_ja, b.fingerprint, b.opened_at, b.alert_id AS page_id
FROM bi.alert AS b
WHERE ($1::bigint[] IS NULL OR b.account_id = ANY ($1::bigint[])) AND ($2::text IS NULL OR b.state = $2::text)
  AND ($3::text IS NULL OR b.rule = $3::text) AND ($4::text IS NULL OR b.severity = $4::text)
  AND ($5::bigint IS NULL OR b.account_id = $5::bigint) AND ($6::bigint IS NULL OR b.alert_id < $6::bigint)
ORDER BY b.alert_id DESC
LIMIT $7::int;
