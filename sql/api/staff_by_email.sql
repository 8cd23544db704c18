-- A customer-success person.
-- maybe
-- param  email     text
-- column staff_id  bigint
SELECT staff_id
FROM identity.staff
WHERE email = $1::text;
