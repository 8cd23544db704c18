-- The last 92 days of usage by account, refreshed when a run is published: what dashboards poll.

CREATE TABLE bi.usage_recent (
  account_id bigint NOT NULL,
  metric text NOT NULL,
  day date NOT NULL,
  account_key text NOT NULL,
  unit text NOT NULL,
  value double precision NOT NULL,
  PRIMARY KEY (account_id, metric, day)
);
COMMENT ON TABLE bi.usage_recent IS 'Usage of the last 92 days per account, metric and business day, subjects folded; refreshed at publish.';
COMMENT ON COLUMN bi.usage_recent.account_id IS 'Account.';
COMMENT ON COLUMN bi.usage_recent.metric IS 'Usage metric.';
COMMENT ON COLUMN bi.usage_recent.day IS 'Business day.';
COMMENT ON COLUMN bi.usage_recent.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.usage_recent.unit IS 'Unit.';
COMMENT ON COLUMN bi.usage_recent.value IS 'Value in the unit.';
INSERT INTO ops.placement (relation, kind, key) VALUES ('bi.usage_recent', 'distributed', 'account_id');
GRANT SELECT, INSERT, DELETE, TRUNCATE ON bi.usage_recent TO kenko_score;
GRANT USAGE ON SCHEMA bi TO kenko_score;
