-- Write down whose accounts are whose now, where that changed.
-- none
WITH now_owned AS (
  SELECT a.account_id, a.staff_id
  FROM warehouse.account_now AS a
  WHERE a.staff_id IS NOT NULL
), gone AS (
  DELETE FROM score.account_owner AS o
  WHERE NOT EXISTS (SELECT FROM now_owned AS n WHERE n.account_id = o.account_id)
)
INSERT INTO score.account_owner AS o (account_id, staff_id)
SELECT n.account_id, n.staff_id
FROM now_owned AS n
ORDER BY n.account_id
ON CONFLICT (account_id) DO UPDATE
SET staff_id = excluded.staff_id
WHERE o.staff_id <> excluded.staff_id;
