-- Queries that are asked by name run as kenko_bi, so that they can read what dashboards read and
-- nothing else; the owner of the warehouse may become it.
DO $role$
BEGIN
  IF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
    EXECUTE format('GRANT kenko_bi TO %I', current_user);
  END IF;
END
$role$;
