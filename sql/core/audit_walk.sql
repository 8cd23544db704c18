-- The audit log in order.
-- copy
-- column audit_no  bigint
-- column at        timestamptz
-- column actor     text
-- column action    text
-- column object    text
-- column subject   bytea null
-- column detail    text
-- column hash      bytea
COPY (
  SELECT a.audit_no, a.at, a.actor, a.action, a.object, a.subject, a.detail, a.hash
  FROM ops.audit AS a
  ORDER BY a.audit_no
) TO STDOUT (FORMAT binary);
