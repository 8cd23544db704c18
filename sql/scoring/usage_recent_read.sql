-- Recent usage as dashboards see it.
-- copy
-- column account_id   bigint
-- column metric       text
-- column day          date
-- column account_key  text
-- column unit         text
-- column value        double
COPY (
  SELECT account_id, metric, day, account_key, unit, value
  FROM bi.usage_recent
) TO STDOUT (FORMAT binary);
