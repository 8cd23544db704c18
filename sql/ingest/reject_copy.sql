-- Records that could not become facts.
-- copy
-- column load_id    bigint
-- column ordinal    bigint
-- column line       bigint
-- column at_column  int null
-- column field      text
-- column reason     text
-- column message    text
-- column raw        bytea
-- column raw_size   bigint
COPY ops.reject (load_id, ordinal, line, at_column, field, reason, message, raw, raw_size)
FROM STDIN (FORMAT binary);
