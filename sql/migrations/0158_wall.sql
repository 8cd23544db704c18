-- The second wall around what requests of the API read: a request runs as kenko_all or, for a person
-- who sees own accounts only, as kenko_own, whom row-level security and the views let see no other.
-- Tables that COPY fills have no policies, since COPY refuses such tables; views stand before them.

DO $roles$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['kenko_all', 'kenko_own'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role_name);
    END IF;
  END LOOP;
  IF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
    EXECUTE format('GRANT kenko_api, kenko_report, kenko_all, kenko_own TO %I', current_user);
  END IF;
END
$roles$;

CREATE TABLE score.account_owner (
  account_id bigint NOT NULL PRIMARY KEY,
  staff_id bigint NOT NULL
);
CREATE INDEX account_owner_staff ON score.account_owner (staff_id);
COMMENT ON TABLE score.account_owner IS 'Whose accounts are whose, as the API knew it last: what row-level security asks.';
COMMENT ON COLUMN score.account_owner.account_id IS 'Account.';
COMMENT ON COLUMN score.account_owner.staff_id IS 'The person who looks after it.';
INSERT INTO ops.placement (relation, kind, key) VALUES ('score.account_owner', 'reference', NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON score.account_owner TO kenko_api;
GRANT SELECT ON score.account_owner TO kenko_score, kenko_report, kenko_own, kenko_all;

CREATE FUNCTION score.asking() RETURNS bigint
LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('kenko.staff', true), '')::bigint $$;
COMMENT ON FUNCTION score.asking() IS 'The person a request is made for; null: nobody, who owns nothing.';

ALTER TABLE score.account_owner ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON score.account_owner USING (true) WITH CHECK (true);
CREATE POLICY own ON score.account_owner AS RESTRICTIVE TO kenko_own
  USING (staff_id = (SELECT score.asking()));

-- Settings are read by many statements; keys among them open doors.
ALTER TABLE ops.setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON ops.setting USING (true) WITH CHECK (true);
CREATE POLICY no_key ON ops.setting AS RESTRICTIVE TO kenko_all, kenko_own USING (name NOT LIKE '%\_key');

-- Give a table with an account_id the wall.
CREATE PROCEDURE ops.raise_wall(relation regclass)
LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
  EXECUTE format('DROP POLICY IF EXISTS everybody ON %s', relation);
  EXECUTE format('DROP POLICY IF EXISTS own ON %s', relation);
  EXECUTE format('CREATE POLICY everybody ON %s USING (true) WITH CHECK (true)', relation);
  EXECUTE format('CREATE POLICY own ON %s AS RESTRICTIVE TO kenko_own USING '
    '(account_id IN (SELECT o.account_id FROM score.account_owner AS o WHERE o.staff_id = (SELECT score.asking())))',
    relation);
END
$$;
COMMENT ON PROCEDURE ops.raise_wall(regclass) IS 'Row-level security by account_id: kenko_own sees and writes rows of the asking person''s accounts only.';
