-- Add a row to the audit log.
-- one
-- param  actor     text
-- param  action    text
-- param  object    text
-- param  subject   bytea null
-- param  detail    text
-- column audit_no  bigint
SELECT ops.audit_add($1::text, $2::text, $3::text, $4::bytea, $5::text) AS audit_no;
