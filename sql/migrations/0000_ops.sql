-- Before everything: the schema of operations and the list of migrations.

CREATE SCHEMA ops;
COMMENT ON SCHEMA ops IS 'How the work goes: migrations, jobs, loads, watermarks, rejects, keys.';

CREATE TABLE ops.migration (
  number integer NOT NULL PRIMARY KEY,
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ops.migration IS 'Migrations that were applied, in order; an applied file never changes. Number -1 is the state of the views.';
COMMENT ON COLUMN ops.migration.number IS 'Number in the file name.';
COMMENT ON COLUMN ops.migration.name IS 'File name.';
COMMENT ON COLUMN ops.migration.sha256 IS 'SHA-256 of the file.';
COMMENT ON COLUMN ops.migration.applied_at IS 'Server time.';
