-- Versions of customers' runs that could have ended on or after a day and began before another, by days of
-- UTC: what has not ended is among them.
-- copy
-- param  from_day       date
-- param  to_day         date
-- column party_id       bigint
-- column external_id    text
-- column load_id        bigint
-- column ordinal        bigint
-- column changed_at     timestamptz null
-- column deleted        bool
-- column definition     text null
-- column connector      text null
-- column executor       text null
-- column status         text
-- column created_at     timestamptz null
-- column started_at     timestamptz null
-- column finished_at    timestamptz null
-- column row_count      bigint null
-- column byte_count     bigint null
-- column skipped_count  bigint null
COPY (
  SELECT v.party_id, v.external_id, v.load_id, v.ordinal, v.changed_at, v.deleted, v.definition,
    v.connector, v.executor, v.status, v.created_at, v.started_at, v.finished_at, v.row_count,
    v.byte_count, v.skipped_count
  FROM warehouse.job AS v
  WHERE (v.finished_at >= ($1::date - 1) OR v.finished_at IS NULL OR v.deleted)
    AND (least(v.created_at, v.started_at, v.finished_at) < ($2::date + 1)
      OR coalesce(v.created_at, v.started_at, v.finished_at) IS NULL)
) TO STDOUT (FORMAT binary);
