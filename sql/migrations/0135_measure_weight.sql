-- What a measure weighs under each of a scorecard's profiles.

CREATE TABLE score.measure_weight (
  scorecard_id bigint NOT NULL REFERENCES score.scorecard,
  rule text NOT NULL,
  ordinal integer NOT NULL,
  weight_share double precision NOT NULL CHECK (weight_share BETWEEN 0 AND 1),
  PRIMARY KEY (scorecard_id, rule, ordinal)
);
COMMENT ON TABLE score.measure_weight IS 'Shares of the whole by profile, of scorecards that average. Versions from before it was kept have none.';
COMMENT ON COLUMN score.measure_weight.scorecard_id IS 'The scorecard version.';
COMMENT ON COLUMN score.measure_weight.rule IS 'The profile, as in account_score; default: the card''s own weights.';
COMMENT ON COLUMN score.measure_weight.ordinal IS 'The measure, as in score.measure.';
COMMENT ON COLUMN score.measure_weight.weight_share IS 'What of the whole it weighs when every measure is known, 0..1.';
COMMENT ON COLUMN score.measure.weight IS 'The card''s own weight within its group, in whole numbers of the proportions that were written; a profile''s are in score.measure_weight.';
COMMENT ON COLUMN score.measure.group_weight IS 'The same of its group; null for versions from before it was kept.';

INSERT INTO ops.placement (relation, kind, key) VALUES ('score.measure_weight', 'reference', NULL);
GRANT SELECT, INSERT, UPDATE ON score.measure_weight TO kenko_score;
GRANT SELECT ON score.measure_weight TO kenko_report, kenko_api;
