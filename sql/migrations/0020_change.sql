-- What the explanation of a change and of a risk needs beside the numbers.

ALTER TABLE score.scorecard ADD COLUMN metrics text;
COMMENT ON COLUMN score.scorecard.body IS 'The YAML text of the scorecard.';
COMMENT ON COLUMN score.scorecard.metrics IS 'The YAML text of the metrics it was used with; null for versions from before it was kept.';

ALTER TABLE score.measure ADD COLUMN group_weight bigint;
ALTER TABLE score.measure ADD COLUMN definition text;
COMMENT ON COLUMN score.measure.weight IS 'Weight within its group, as written.';
COMMENT ON COLUMN score.measure.group_weight IS 'Weight of its group, as written; null for versions from before it was kept.';
COMMENT ON COLUMN score.measure.definition IS 'What it measures and how it judges that, in one line: equal texts judge alike. Null for versions from before it was kept.';

ALTER TABLE score.feature ADD COLUMN sentence text NOT NULL DEFAULT '';
COMMENT ON COLUMN score.feature.sentence IS 'What it says in words, with {value}.';

ALTER TABLE score.account_score ADD COLUMN risk_value double precision[];
COMMENT ON COLUMN score.account_score.risk_value IS 'Raw value of each feature, null when it is missing.';
