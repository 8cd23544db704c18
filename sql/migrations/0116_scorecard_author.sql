-- Who wrote a version of a scorecard, and why.

ALTER TABLE score.scorecard ADD COLUMN author text NOT NULL DEFAULT '',
  ADD COLUMN note text NOT NULL DEFAULT '';
COMMENT ON COLUMN score.scorecard.author IS 'Who wrote this version, as the file says.';
COMMENT ON COLUMN score.scorecard.note IS 'What was changed and why, as the file says.';
