-- The first and last month with usage.
-- one
-- column first_month  date null
-- column last_month   date null
SELECT min(month) AS first_month, max(month) AS last_month
FROM warehouse.usage_month;
