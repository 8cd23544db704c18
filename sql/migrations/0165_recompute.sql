-- Published days that were computed again as they were known then, and whether that gave what is stored.

CREATE TABLE score.recompute (
  recompute_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_run_id bigint,
  drawn_on date NOT NULL,
  as_of date NOT NULL,
  run_id bigint NOT NULL REFERENCES score.run,
  state text NOT NULL CHECK (state IN ('equal', 'different', 'not reproducible')),
  accounts bigint NOT NULL,
  different bigint NOT NULL,
  account_keys text[] NOT NULL,
  message text NOT NULL,
  checked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX recompute_as_of ON score.recompute (as_of);
COMMENT ON TABLE score.recompute IS 'Published days that were computed again as they were known then, held against what is stored.';
COMMENT ON COLUMN score.recompute.recompute_id IS 'Surrogate.';
COMMENT ON COLUMN score.recompute.job_run_id IS 'ops.job_run.';
COMMENT ON COLUMN score.recompute.drawn_on IS 'The day that decided which days were drawn.';
COMMENT ON COLUMN score.recompute.as_of IS 'The published day.';
COMMENT ON COLUMN score.recompute.run_id IS 'The run that spoke for it.';
COMMENT ON COLUMN score.recompute.state IS 'equal: every column of every account and both digests; different; not reproducible: what it was computed from is no longer there, message says why.';
COMMENT ON COLUMN score.recompute.accounts IS 'Account scores compared.';
COMMENT ON COLUMN score.recompute.different IS 'Of them other than stored.';
COMMENT ON COLUMN score.recompute.account_keys IS 'The first twenty of these.';
COMMENT ON COLUMN score.recompute.message IS 'What differs, or why it cannot be computed again; else empty.';
COMMENT ON COLUMN score.recompute.checked_at IS 'Server time.';

INSERT INTO ops.placement (relation, kind, key) VALUES ('score.recompute', 'reference', NULL);
GRANT SELECT, INSERT ON score.recompute TO kenko_score;
GRANT SELECT ON score.recompute TO kenko_report, kenko_api;
