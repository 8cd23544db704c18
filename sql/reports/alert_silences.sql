-- What people said to accounts' alerts that holds on a day: mutes, and the newest acknowledgement of each thing.
-- many
-- param  as_of       date
-- column account_id  bigint
-- column what        text     the rule; empty: all
-- column is_mute     bool
-- column said_id     bigint
-- column said_at     timestamptz
-- column is_dated    bool     it holds until a day
-- column author      text
-- column note        text
SELECT m.account_id, m.what, true AS is_mute, m.mute_id AS said_id, m.created_at AS said_at,
  true AS is_dated, m.author, m.reason AS note
FROM outreach.mute AS m
WHERE NOT m.is_ended AND m.until_on > $1::date
UNION ALL
SELECT k.account_id, k.what, false, k.acknowledgement_id, k.created_at, k.until_on IS NOT NULL,
  k.author, k.note
FROM (
  SELECT DISTINCT ON (a.account_id, a.what)
    a.account_id, a.what, a.acknowledgement_id, a.created_at, a.until_on, a.author, a.note
  FROM outreach.acknowledgement AS a
  ORDER BY a.account_id, a.what, a.acknowledgement_id DESC
) AS k
WHERE k.until_on IS NULL OR k.until_on > $1::date
ORDER BY account_id, what, is_mute, said_id;
