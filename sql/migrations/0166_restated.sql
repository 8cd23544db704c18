-- What is known now of days that were published, where it differs from what was published.

CREATE TABLE score.restated_day (
  as_of date NOT NULL PRIMARY KEY,
  run_id bigint NOT NULL REFERENCES score.run,
  known_no bigint NOT NULL,
  accounts bigint NOT NULL,
  different bigint NOT NULL,
  restated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE score.restated_day IS 'Published days that were computed again with what is known now.';
COMMENT ON COLUMN score.restated_day.as_of IS 'The day.';
COMMENT ON COLUMN score.restated_day.run_id IS 'The run that spoke for it then; when another speaks now, what is here speaks of it no longer.';
COMMENT ON COLUMN score.restated_day.known_no IS 'Commit number that it was restated at.';
COMMENT ON COLUMN score.restated_day.accounts IS 'Accounts, published or known now.';
COMMENT ON COLUMN score.restated_day.different IS 'Of them, those whose number or band differs: they are in score.restated.';
COMMENT ON COLUMN score.restated_day.restated_at IS 'Server time.';

CREATE TABLE score.restated (
  account_id bigint NOT NULL,
  as_of date NOT NULL,
  published_bp integer,
  published_band text,
  restated_bp integer,
  restated_band text,
  data_bp integer,
  configuration_bp integer,
  reasons text[] NOT NULL,
  PRIMARY KEY (account_id, as_of)
);
COMMENT ON TABLE score.restated IS 'Accounts whose number or band of a published day is another with what is known now.';
COMMENT ON COLUMN score.restated.account_id IS 'Account.';
COMMENT ON COLUMN score.restated.as_of IS 'The published day.';
COMMENT ON COLUMN score.restated.published_bp IS 'Effective health as published; null when it was Unknown or no customer.';
COMMENT ON COLUMN score.restated.published_band IS 'Band as published; null when it was no customer.';
COMMENT ON COLUMN score.restated.restated_bp IS 'Effective health with what is known now, under the configuration of now.';
COMMENT ON COLUMN score.restated.restated_band IS 'Band likewise; null when it was no customer by what is known now.';
COMMENT ON COLUMN score.restated.data_bp IS 'What of the difference is what is known: under the configuration that spoke then. Null when a number is.';
COMMENT ON COLUMN score.restated.configuration_bp IS 'What of it is the configuration; both add up to the difference.';
COMMENT ON COLUMN score.restated.reasons IS 'late facts, retraction, identity, override: what was said of the account since; configuration; other accounts: nothing of these.';
CREATE INDEX restated_as_of ON score.restated (as_of);

INSERT INTO ops.placement (relation, kind, key) VALUES
  ('score.restated_day', 'reference', NULL), ('score.restated', 'distributed', 'account_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON score.restated_day, score.restated TO kenko_score;
GRANT SELECT ON score.restated_day, score.restated TO kenko_report;

-- Which accounts differed is nothing for one who sees own accounts only.
REVOKE SELECT ON score.recompute FROM kenko_api, kenko_all, kenko_own;
GRANT SELECT (recompute_id, job_run_id, state, accounts, different, checked_at) ON score.recompute TO kenko_api;
