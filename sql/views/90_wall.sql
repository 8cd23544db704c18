-- What requests may read and write: what the API's role may, except what opens doors. Given here,
-- after every migration and view, so that a table that is added stands behind the wall too.

GRANT SELECT ON ops.setting TO kenko_all, kenko_own;
GRANT SELECT ON outreach.override, warehouse.member_now, warehouse.load_now, bi.freshness TO kenko_api;

DO $wall$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT c.oid::regclass AS relation
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'account_id'
    WHERE c.relkind = 'r' AND (n.nspname = 'outreach' OR (n.nspname = 'identity' AND c.relname IN ('account', 'member')))
      AND NOT c.relrowsecurity
    ORDER BY 1
  LOOP
    CALL ops.raise_wall(found.relation);
  END LOOP;
  FOR found IN
    SELECT c.oid::regclass AS relation,
      string_agg(DISTINCT g.privilege_type, ', ' ORDER BY g.privilege_type) AS privileges
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL aclexplode(c.relacl) AS g
    WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname IN ('ops', 'identity', 'warehouse', 'score', 'outreach', 'bi')
      AND g.grantee = 'kenko_api'::regrole
      AND c.oid::regclass::text NOT IN ('ops.api_key', 'ops.setting', 'ops.inbox', 'ops.audit', 'ops.audit_head', 'ops."user"',
        'ops.session', 'score.account_owner')
    GROUP BY 1
    ORDER BY 1
  LOOP
    EXECUTE format('GRANT %s ON %s TO kenko_all, kenko_own', found.privileges, found.relation);
  END LOOP;
END
$wall$;
GRANT USAGE ON SCHEMA ops, identity, warehouse, score, outreach, bi TO kenko_api, kenko_all, kenko_own;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA outreach TO kenko_api, kenko_all, kenko_own;
GRANT USAGE ON SCHEMA bi TO kenko_report;
GRANT SELECT ON ALL TABLES IN SCHEMA warehouse, score, bi TO kenko_report;
GRANT SELECT ON ALL TABLES IN SCHEMA warehouse, score TO kenko_score, kenko_ingest;
GRANT USAGE ON SCHEMA score, outreach TO kenko_ingest;
GRANT SELECT, INSERT ON outreach.override TO kenko_ingest;
