-- Events that were pushed. A COPY by itself is a transaction: its end is their COMMIT.
-- copy
-- column key_id          text
-- column sent_at         text null
-- column kind            text
-- column message_id      text null
-- column user_hash       bytea null
-- column anonymous_hash  bytea null
-- column body            bytea
COPY ops.inbox (key_id, sent_at, kind, message_id, user_hash, anonymous_hash, body)
FROM STDIN (FORMAT binary);
