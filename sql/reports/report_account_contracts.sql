-- One account's contracts, newest first. Its parties come first, so that only their records are looked at.
-- many
-- param  key           text
-- column external_id   text
-- column product       text null
-- column start_on      date
-- column end_on        date null
-- column cancelled_on  date null
-- column arr_minor     bigint
-- column currency      text
WITH named AS MATERIALIZED (
  SELECT m.party_id, m.account_id
  FROM identity.account AS a
  JOIN identity.member AS m ON m.account_id = a.account_id
  WHERE a.key = $1::text
), parties AS MATERIALIZED (
  SELECT DISTINCT ON (m.party_id) m.party_id, m.account_id
  FROM identity.member AS m
  JOIN warehouse.load_now AS l ON l.load_id = m.load_id
  WHERE m.valid_to = 'infinity'::date AND m.party_id IN (SELECT n.party_id FROM named AS n)
  ORDER BY m.party_id, l.commit_no DESC, m.member_id DESC
), contracts AS (
  SELECT DISTINCT ON (v.party_id, v.external_id) v.party_id, v.external_id, v.product, v.start_on,
    v.end_on, v.cancelled_on, v.arr_minor, v.currency, v.deleted
  FROM warehouse.subscription AS v
  JOIN warehouse.load_now AS l ON l.load_id = v.load_id
  WHERE v.party_id IN (SELECT p.party_id FROM parties AS p)
  ORDER BY v.party_id, v.external_id, v.changed_at DESC NULLS LAST, l.commit_no DESC, v.ordinal DESC
)
SELECT c.external_id, c.product, c.start_on, c.end_on, c.cancelled_on, c.arr_minor, c.currency
FROM contracts AS c
JOIN parties AS p ON p.party_id = c.party_id
WHERE NOT c.deleted AND p.account_id IN (SELECT n.account_id FROM named AS n)
ORDER BY c.start_on DESC, c.external_id
LIMIT 10;
