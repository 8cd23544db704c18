-- Rows as compaction writes them.
-- copy
-- column party_id  bigint
-- column month     date
-- column load_id   bigint
-- column part      int
-- column spans     bytea
-- column load_ids  bigint[] null   null: all values have the row's load
COPY warehouse.usage_month (party_id, month, load_id, part, spans, load_ids)
FROM STDIN (FORMAT binary);
