-- Recent usage as it is stored.
-- copy
-- column account_id   bigint
-- column metric       text
-- column month        date
-- column account_key  text
-- column unit         text
-- column v            double[]
COPY (
  SELECT account_id, metric, month, account_key, unit, v
  FROM score.usage_recent
) TO STDOUT (FORMAT binary);
