-- What kenko itself is held to: all accounts scored by an hour of the day.

ALTER TABLE score.run ADD COLUMN due_at timestamptz;
COMMENT ON COLUMN score.run.due_at IS 'By when the day was to be scored, as score.due says; null when nothing is said or the run is not published.';
