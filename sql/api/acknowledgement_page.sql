-- What was seen about an account, newest first.
-- many shown
-- param  account_id  bigint
-- param  after_id    bigint null
-- param  max_rows    int
-- column acknowledgement_id  bigint    The acknowledgement.
-- column what                text    What was seen.
-- column note                text    What was said to it.
-- column until_on            date null    Day from which it counts as unseen again.
-- column author              text    Who.
-- column created_at          timestamptz    When.
-- column page_id             bigint
SELECT k.acknowledgement_id, k.what, k.note, k.until_on, k.author, k.created_at, k.acknowledgement_id AS page_id
FROM outreach.acknowledgement AS k
WHERE k.account_id = $1::bigint AND ($2::bigint IS NULL OR k.acknowledgement_id < $2::bigint)
ORDER BY k.acknowledgement_id DESC
LIMIT $3::int;
