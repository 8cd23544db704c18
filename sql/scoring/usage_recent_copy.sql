-- Recent usage by account, metric and month.
-- copy
-- column account_id   bigint
-- column metric       text
-- column month        date
-- column account_key  text
-- column unit         text
-- column v            double[]
COPY score.usage_recent (account_id, metric, month, account_key, unit, v) FROM STDIN (FORMAT binary);
