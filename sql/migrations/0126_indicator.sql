-- Risk and opportunity flags by day; from when to when one was set follows from them.

CREATE TABLE score.indicator_day (
  account_id bigint NOT NULL,
  as_of date NOT NULL,
  indicator text NOT NULL,
  label text NOT NULL,
  label_ja text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('risk', 'opportunity')),
  is_known boolean NOT NULL,
  value double precision,
  PRIMARY KEY (account_id, as_of, indicator)
);
CREATE INDEX indicator_day_as_of ON score.indicator_day (as_of);
COMMENT ON TABLE score.indicator_day IS 'Flags of indicators.yaml that are set on a published day, and those that were set on the day before and of which nothing is known on this one.';
COMMENT ON COLUMN score.indicator_day.account_id IS 'Account.';
COMMENT ON COLUMN score.indicator_day.as_of IS 'Business day, facts before it.';
COMMENT ON COLUMN score.indicator_day.indicator IS 'Its name.';
COMMENT ON COLUMN score.indicator_day.label IS 'What people call it.';
COMMENT ON COLUMN score.indicator_day.label_ja IS 'The same in Japanese.';
COMMENT ON COLUMN score.indicator_day.kind IS 'risk or opportunity.';
COMMENT ON COLUMN score.indicator_day.is_known IS 'False: the metric has no value today, so the flag stays as it was.';
COMMENT ON COLUMN score.indicator_day.value IS 'The metric''s value.';

INSERT INTO ops.placement (relation, kind, key) VALUES ('score.indicator_day', 'distributed', 'account_id');
GRANT SELECT, INSERT, UPDATE, DELETE ON score.indicator_day TO kenko_score;
GRANT SELECT ON score.indicator_day TO kenko_report, kenko_api;
