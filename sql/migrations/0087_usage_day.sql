-- Quality checks look at ten weeks of usage after each ingest. What they look at is kept by day, so that
-- only days that a load spoke of are added up again. Versions of records are found by their load.

CREATE TABLE ops.usage_day (
  metric text NOT NULL,
  scale integer NOT NULL,
  day date NOT NULL,
  parties bigint NOT NULL,
  total double precision NOT NULL,
  PRIMARY KEY (metric, day, scale)
);
COMMENT ON TABLE ops.usage_day IS 'What quality checks hold days against: usage of the last ten weeks by metric and day, as warehouse.usage_day_now has it. Kept for metrics that want a check.';
COMMENT ON COLUMN ops.usage_day.metric IS 'Usage metric.';
COMMENT ON COLUMN ops.usage_day.scale IS 'Decimals of the metric.';
COMMENT ON COLUMN ops.usage_day.day IS 'Business day.';
COMMENT ON COLUMN ops.usage_day.parties IS 'How many parties have a fact.';
COMMENT ON COLUMN ops.usage_day.total IS 'What they sum to, in the metric''s unit.';

CREATE TABLE ops.usage_day_mark (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  commit_no bigint NOT NULL,
  basis text NOT NULL
);
COMMENT ON TABLE ops.usage_day_mark IS 'Up to where ops.usage_day follows the loads. One row.';
COMMENT ON COLUMN ops.usage_day_mark.only_row IS 'Always true.';
COMMENT ON COLUMN ops.usage_day_mark.commit_no IS 'Loads up to this number, and retractions up to it, are in.';
COMMENT ON COLUMN ops.usage_day_mark.basis IS 'Which metrics are kept, and from when on usage was; when it changes all days are added up again.';

INSERT INTO ops.placement (relation, kind) VALUES ('ops.usage_day', 'local'), ('ops.usage_day_mark', 'local');
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.usage_day, ops.usage_day_mark TO kenko_ingest;

CREATE INDEX account_load ON warehouse.account (load_id);
CREATE INDEX contact_load ON warehouse.contact (load_id);
CREATE INDEX fx_rate_load ON warehouse.fx_rate (load_id);
CREATE INDEX incident_load ON warehouse.incident (load_id);
CREATE INDEX incident_account_load ON warehouse.incident_account (load_id);
CREATE INDEX job_load ON warehouse.job (load_id);
CREATE INDEX milestone_load ON warehouse.milestone (load_id);
CREATE INDEX sentiment_load ON warehouse.sentiment (load_id);
CREATE INDEX subscription_load ON warehouse.subscription (load_id);
CREATE INDEX survey_response_load ON warehouse.survey_response (load_id);
CREATE INDEX ticket_load ON warehouse.ticket (load_id);
CREATE INDEX touchpoint_load ON warehouse.touchpoint (load_id);
