-- Accounts as known now, for whom an alert is about and who is told; those that are no more (merged,
-- deleted) have their key alone.
-- many
-- column account_id  bigint
-- column key         text
-- column name        text
-- column segment     text
-- column owner       text     address
-- column staff_id    bigint null
-- column is_there    bool
SELECT i.account_id, i.key, coalesce(a.name, i.key) AS name, coalesce(a.segment, '') AS segment,
  coalesce(a.owner_email, '') AS owner, a.staff_id, a.account_id IS NOT NULL AS is_there
FROM identity.account AS i
LEFT JOIN warehouse.account_now AS a ON a.account_id = i.account_id
ORDER BY i.account_id;
