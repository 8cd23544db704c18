-- Recent usage as it is stored, its values as a hash: to send each of them costs ten times as much.
-- copy
-- column account_id   bigint
-- column metric       text
-- column month        date
-- column account_key  text
-- column unit         text
-- column hash         bigint   of the values, nulls too
COPY (
  SELECT account_id, metric, month, account_key, unit, hash_array_extended(v, 1) AS hash
  FROM score.usage_recent
) TO STDOUT (FORMAT binary);
