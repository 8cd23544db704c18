-- Which incident touched which account.
-- copy
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
-- column as_of        date
COPY score.incident_exposure (account_id, incident, title, severity, cause, component, started_at,
  resolved_at, started_on, minutes, arr_minor, failed_runs, as_of)
FROM STDIN (FORMAT binary);
