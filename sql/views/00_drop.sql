-- Views are made anew when any of them changed, newest first; never CASCADE: a view of somebody
-- else's that stands on ours ends the migration with its name.
DO $drop$
DECLARE
  old record;
BEGIN
  FOR old IN
    SELECT n.nspname, c.relname
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND n.nspname IN ('ops', 'warehouse', 'score', 'bi')
    ORDER BY c.oid DESC
  LOOP
    EXECUTE format('DROP VIEW %I.%I', old.nspname, old.relname);
  END LOOP;
END
$drop$;
