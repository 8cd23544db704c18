-- Append usage: spans of days of a party and month.
-- copy
-- column party_id  bigint
-- column month     date
-- column load_id   bigint
-- column part      int
-- column spans     bytea
COPY warehouse.usage_month (party_id, month, load_id, part, spans)
FROM STDIN (FORMAT binary);
