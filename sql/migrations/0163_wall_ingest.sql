-- What a request keeps as a load (overrides, sentiment) it keeps in the rights of ingest.

DO $roles$
BEGIN
  IF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
    EXECUTE format('GRANT kenko_ingest TO %I', current_user);
  END IF;
END
$roles$;
