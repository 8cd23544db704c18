-- Recent usage by account and business day.
-- copy
-- column account_id   bigint
-- column metric       text
-- column day          date
-- column account_key  text
-- column unit         text
-- column value        double
COPY bi.usage_recent (account_id, metric, day, account_key, unit, value) FROM STDIN (FORMAT binary);
