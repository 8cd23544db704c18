-- Recent usage as one row for an account, metric and month instead of one for each day: a day's row cost
-- as much as a month's does, and a run compared and stored ninety of them for each account and metric.
-- bi.usage_recent shows days as rows as before. What it shows is made by the next run that is published.

DROP TABLE bi.usage_recent;
DELETE FROM ops.placement WHERE relation = 'bi.usage_recent';

CREATE TABLE score.usage_recent (
  account_id bigint NOT NULL,
  metric text NOT NULL,
  month date NOT NULL,
  account_key text NOT NULL,
  unit text NOT NULL,
  v double precision[] NOT NULL,
  PRIMARY KEY (account_id, metric, month)
);
COMMENT ON TABLE score.usage_recent IS 'Usage per account, metric and month, subjects folded, of the months that hold the last 92 days; refreshed at publish.';
COMMENT ON COLUMN score.usage_recent.account_id IS 'Account.';
COMMENT ON COLUMN score.usage_recent.metric IS 'Usage metric.';
COMMENT ON COLUMN score.usage_recent.month IS 'First day of the month.';
COMMENT ON COLUMN score.usage_recent.account_key IS 'The id people use.';
COMMENT ON COLUMN score.usage_recent.unit IS 'Unit.';
COMMENT ON COLUMN score.usage_recent.v IS 'Values in the unit by day from the first of the month on; null: no fact.';
INSERT INTO ops.placement (relation, kind, key) VALUES ('score.usage_recent', 'distributed', 'account_id');
GRANT SELECT, INSERT, DELETE, TRUNCATE ON score.usage_recent TO kenko_score;
