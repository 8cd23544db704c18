-- Exposure to incidents that began since an instant, as it is stored.
-- copy
-- param  from_us      bigint  microseconds since 1970
-- column account_id   bigint
-- column incident     text
-- column title        text
-- column severity     text
-- column cause        text
-- column component    text
-- column started_at   timestamptz
-- column resolved_at  timestamptz null
-- column started_on   date
-- column minutes      bigint
-- column arr_minor    bigint
-- column failed_runs  bigint
COPY (
  SELECT account_id, incident, title, severity, cause, component, started_at, resolved_at, started_on, minutes,
    arr_minor, failed_runs
  FROM score.incident_exposure
  WHERE started_at >= TIMESTAMPTZ 'epoch' + $1::bigint * INTERVAL '1 microsecond'
) TO STDOUT (FORMAT binary);
