-- Who did what: rows that are only ever added, each with a hash over itself and the row before it.

CREATE TABLE ops.audit (
  audit_no bigint NOT NULL PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  object text NOT NULL,
  subject bytea,
  detail text NOT NULL,
  hash bytea NOT NULL
);
COMMENT ON TABLE ops.audit IS 'Audit log. hash = SHA-256 over the hash of the row before and this row, so that a row that is changed, removed, added or moved breaks the chain.';
COMMENT ON COLUMN ops.audit.audit_no IS 'From 1, without a gap.';
COMMENT ON COLUMN ops.audit.at IS 'Server time.';
COMMENT ON COLUMN ops.audit.actor IS 'Who: key:ID, user:ID or cli:LOGIN.';
COMMENT ON COLUMN ops.audit.action IS 'What was done, e.g. key.create.';
COMMENT ON COLUMN ops.audit.object IS 'On what, by an id that is no person''s name or address.';
COMMENT ON COLUMN ops.audit.subject IS 'Keyed hash of the person it was about, where it was about one; it names nobody once the key is gone.';
COMMENT ON COLUMN ops.audit.detail IS 'With which choices; never a secret.';
COMMENT ON COLUMN ops.audit.hash IS 'SHA-256, 32 bytes.';

CREATE TABLE ops.audit_head (
  one boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
  audit_no bigint NOT NULL,
  hash bytea NOT NULL
);
COMMENT ON TABLE ops.audit_head IS 'The end of the audit log, locked while a row is added.';
COMMENT ON COLUMN ops.audit_head.one IS 'There is one row.';
COMMENT ON COLUMN ops.audit_head.audit_no IS 'Number of the newest row; 0: none.';
COMMENT ON COLUMN ops.audit_head.hash IS 'Its hash; 32 zeros before the first.';
INSERT INTO ops.audit_head (audit_no, hash) VALUES (0, decode(repeat('00', 32), 'hex'));
INSERT INTO ops.placement (relation, kind, key) VALUES
  ('ops.audit', 'local', NULL), ('ops.audit_head', 'local', NULL);

-- Add a row. Runs as its owner, so that those who may add may do nothing else to the log.
CREATE FUNCTION ops.audit_add(actor text, action text, object text, subject bytea, detail text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  head ops.audit_head;
  moment timestamptz := clock_timestamp();
  part text;
  line bytea := '';
BEGIN
  UPDATE ops.audit_head AS h SET audit_no = h.audit_no + 1 RETURNING h.* INTO STRICT head;
  FOREACH part IN ARRAY ARRAY[head.audit_no::text,
    (extract(epoch FROM moment) * 1000000)::bigint::text, actor, action, object,
    coalesce(encode(subject, 'hex'), ''), detail]
  LOOP
    line := line || convert_to(octet_length(part)::text || ':' || part, 'UTF8');
  END LOOP;
  UPDATE ops.audit_head AS h SET hash = sha256(head.hash || line) RETURNING h.* INTO STRICT head;
  INSERT INTO ops.audit (audit_no, at, actor, action, object, subject, detail, hash)
  VALUES (head.audit_no, moment, actor, action, object, subject, detail, head.hash);
  RETURN head.audit_no;
END
$$;
COMMENT ON FUNCTION ops.audit_add(text, text, text, bytea, text) IS 'Add a row to the audit log.';
REVOKE ALL ON FUNCTION ops.audit_add(text, text, text, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.audit_add(text, text, text, bytea, text) TO kenko_api, kenko_all, kenko_own;
GRANT SELECT ON ops.audit, ops.audit_head TO kenko_api;
