-- Where the audit log ends.
-- one
-- column audit_no  bigint
-- column hash      bytea
SELECT audit_no, hash
FROM ops.audit_head;
