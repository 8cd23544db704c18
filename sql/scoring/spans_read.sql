-- Usage of the months that hold some days, for all parties.
-- copy
-- param  from_day  date
-- param  to_day    date
-- column party_id  bigint
-- column month     date
-- column spans     bytea   packed
COPY (
  SELECT party_id, month, spans
  FROM warehouse.usage_month
  WHERE month >= date_trunc('month', $1::date)::date AND month <= $2::date
) TO STDOUT (FORMAT binary);
