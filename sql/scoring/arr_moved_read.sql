-- The movements that stand.
-- copy
-- column account_id   bigint
-- column scope        text
-- column period       date
-- column currency     text
-- column movement     text
-- column start_minor  bigint
-- column end_minor    bigint
COPY (
  SELECT m.account_id, m.scope, m.period, m.currency, m.movement, m.start_minor, m.end_minor
  FROM score.arr_moved AS m
) TO STDOUT (FORMAT binary);
