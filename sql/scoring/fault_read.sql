-- Verdicts on failures since an instant, as they are stored.
-- copy
-- param  from_us      bigint  microseconds since 1970
-- column account_id   bigint
-- column external_id  text
-- column finished_at  timestamptz
-- column connector    text
-- column ran          bigint
-- column failed       bigint
-- column tail         double null
-- column is_burst     bool
-- column incident     text null
-- column fault        text
COPY (
  SELECT account_id, external_id, finished_at, connector, ran, failed, tail, is_burst, incident, fault
  FROM score.job_fault
  WHERE finished_at >= TIMESTAMPTZ 'epoch' + $1::bigint * INTERVAL '1 microsecond'
) TO STDOUT (FORMAT binary);
