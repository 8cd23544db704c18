-- Whose fault failed runs were.
-- copy
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
-- column as_of        date
COPY score.job_fault (account_id, external_id, finished_at, connector, ran, failed, tail, is_burst, incident,
  fault, as_of)
FROM STDIN (FORMAT binary);
