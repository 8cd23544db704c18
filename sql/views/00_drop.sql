-- Views are made anew when any of them changed, newest first; never CASCADE: a view of somebody
-- else's that stands on ours ends the migration with its name.
DO $drop$
DECLARE
  old record;
  foreigner text;
BEGIN
  SELECT string_agg(DISTINCT format('%I.%I stands on %I.%I', theirs.nspname, upper.relname, ours.nspname, lower.relname), ', ')
  INTO foreigner
  FROM pg_depend AS d
  JOIN pg_rewrite AS r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_class AS upper ON upper.oid = r.ev_class
  JOIN pg_namespace AS theirs ON theirs.oid = upper.relnamespace
  JOIN pg_class AS lower ON lower.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
  JOIN pg_namespace AS ours ON ours.oid = lower.relnamespace
  WHERE lower.relkind = 'v' AND ours.nspname IN ('ops', 'warehouse', 'score', 'bi')
    AND (upper.relkind <> 'v' OR theirs.nspname NOT IN ('ops', 'warehouse', 'score', 'bi'));
  IF foreigner IS NOT NULL THEN
    RAISE EXCEPTION 'the views are to be made anew, but % (drop it, migrate, and make it again)', foreigner
      USING ERRCODE = 'dependent_objects_still_exist';
  END IF;
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
