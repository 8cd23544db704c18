-- How many events lay too long and have a key that no source names.
-- one
-- param  keys    text[]
-- param  before  timestamptz
-- column events  bigint
SELECT count(*) AS events
FROM ops.inbox AS i
WHERE i.received_at < $2::timestamptz AND i.key_id <> ALL ($1::text[]);
