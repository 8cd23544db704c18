-- What is known now of every account, and whose it was when that was last written down.
-- copy
-- column account_id   bigint
-- column key          text
-- column name         text
-- column domain       text null
-- column owner_email  text null
-- column owner_name   text null
-- column staff_id     bigint null
-- column plan         text null
-- column segment      text null
-- column industry     text null
-- column region       text null
-- column created_on   date null
-- column owned_by     bigint null  score.account_owner
COPY (
  SELECT a.account_id, a.key, a.name, a.domain, a.owner_email, a.owner_name, a.staff_id, a.plan,
    a.segment, a.industry, a.region, a.created_on, o.staff_id AS owned_by
  FROM warehouse.account_now AS a
  LEFT JOIN score.account_owner AS o ON o.account_id = a.account_id
  ORDER BY a.account_id
) TO STDOUT (FORMAT binary);
