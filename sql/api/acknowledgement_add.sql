-- Say that something about an account was seen.
-- maybe shown
-- param  account_id  bigint
-- param  what        text
-- param  note        text null
-- param  until_on    date null
-- param  key_id      text
-- column acknowledgement_id  bigint    The acknowledgement.
-- column what                text    What was seen.
-- column note                text    What was said to it.
-- column until_on            date null    Day from which it counts as unseen again.
-- column author              text    Who.
-- column created_at          timestamptz    When.
INSERT INTO outreach.acknowledgement (account_id, what, note, until_on, author)
SELECT $1::bigint, $2::text, coalesce($3::text, ''), $4::date, w.actor
FROM ops.api_actor AS w
WHERE w.key_id = $5::text
RETURNING acknowledgement_id, what, note, until_on, author, created_at;
