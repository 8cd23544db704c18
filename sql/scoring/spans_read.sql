-- Usage of the months that hold some days, for all parties.
-- copy
-- param  from_day    date
-- param  to_day      date
-- column party_id    bigint
-- column metric_id   int
-- column subject_id  bigint
-- column month       date
-- column load_id     bigint
-- column first_day   int
-- column v           bigint[]
-- column at          bigint[] null
-- column tie         bigint[] null
-- column load_ids    bigint[] null
COPY (
  SELECT party_id, metric_id, subject_id, month, load_id, first_day, v, at, tie, load_ids
  FROM warehouse.usage_span
  WHERE month >= date_trunc('month', $1::date)::date AND month <= $2::date
) TO STDOUT (FORMAT binary);
