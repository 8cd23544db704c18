-- Rows as compaction writes them.
-- copy
-- column party_id    bigint
-- column metric_id   int
-- column subject_id  bigint
-- column month       date
-- column load_id     bigint
-- column first_day   int
-- column v           bigint[]
-- column at          bigint[] null
-- column tie         bigint[] null
-- column load_ids    bigint[] null   null: all values have the row's load
COPY warehouse.usage_span (party_id, metric_id, subject_id, month, load_id, first_day, v, at, tie,
  load_ids)
FROM STDIN (FORMAT binary);
