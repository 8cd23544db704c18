-- Events of some keys, in their order, from behind a number up to another.
-- many
-- param  keys         text[]
-- param  after        bigint
-- param  up_to        bigint
-- param  max_rows     int
-- column seq          bigint
-- column key_id       text
-- column received_at  timestamptz
-- column sent_at      text null
-- column kind         text
-- column message_id   text null
-- column body         bytea
SELECT i.seq, i.key_id, i.received_at, i.sent_at, i.kind, i.message_id, i.body
FROM ops.inbox AS i
WHERE i.seq > $2::bigint AND i.seq <= $3::bigint AND i.key_id = ANY ($1::text[])
ORDER BY i.seq
LIMIT $4::int;
