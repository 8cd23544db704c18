-- Accounts as known now, for whom an alert is about and who is told.
-- many
-- column account_id  bigint
-- column key         text
-- column name        text
-- column segment     text
-- column owner       text     address
-- column staff_id    bigint null
SELECT a.account_id, a.key, a.name, coalesce(a.segment, '') AS segment,
  coalesce(a.owner_email, '') AS owner, a.staff_id
FROM warehouse.account_now AS a
ORDER BY a.account_id;
