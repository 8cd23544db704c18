-- Failed runs of each connector, and by whose fault.
-- many shown
-- param  since     date null  Finished on or after this day.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column connector  text    Connector.
-- column failed     bigint  Failed runs.
-- column platform   bigint  Of them by the fault of the platform.
-- column customer   bigint  By that of the customer.
-- column accounts   bigint  Customers with one.
SELECT f.connector, count(*) AS failed, count(*) FILTER (WHERE f.fault = 'platform') AS platform,
  count(*) FILTER (WHERE f.fault = 'customer') AS customer, count(DISTINCT f.account_id) AS accounts
FROM bi.job_fault AS f
WHERE $1::date IS NULL OR f.finished_at >= ($1::date)::timestamptz
GROUP BY f.connector
ORDER BY failed DESC, f.connector
LIMIT coalesce($2::int, 1000);
