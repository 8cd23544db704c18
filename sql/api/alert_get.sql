-- One alert and what happened to it.
-- maybe shown
-- param  accounts  bigint[] null     those the caller may see; null: all
-- param  alert_id  bigint
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
-- column events           jsonb    What happened, in order.
SELECT b.alert_id, b.account_key AS account, b.rule, b.label, b.label_ja, b.severity, b.state, b.is_known,
  b.opened_on, b.told_on, b.silence, b.escalated_on, b.resolved_on, b.acknowledged_by, b.acknowledged_at,
  b.muted_until, b.sentence, b.sentence_ja, b.fingerprint, b.opened_at,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object('kind', e.kind, 'as_of', e.as_of, 'severity', e.severity,
      'told_on', e.told_on, 'silence', e.silence, 'actor', e.actor, 'note', e.note, 'created_at', e.created_at)
      ORDER BY e.event_id), '[]')
    FROM bi.alert_event AS e
    WHERE e.alert_id = b.alert_id
  ) AS events
FROM bi.alert AS b
WHERE b.alert_id = $2::bigint AND ($1::bigint[] IS NULL OR b.account_id = ANY ($1::bigint[]));
