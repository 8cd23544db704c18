-- One account's contracts.
-- many
-- param  key           text
-- column external_id   text
-- column product       text null
-- column start_on      date
-- column end_on        date null
-- column cancelled_on  date null
-- column arr_minor     bigint
-- column currency      text
SELECT c.external_id, c.product, c.start_on, c.end_on, c.cancelled_on, c.arr_minor, c.currency
FROM warehouse.subscription_now AS c
JOIN identity.account AS a ON a.account_id = c.account_id
WHERE a.key = $1::text
ORDER BY c.start_on DESC
LIMIT 10;
