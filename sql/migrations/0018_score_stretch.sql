-- A run stores what differs from what the readers of its day see; a row stands until a later run of
-- the day says otherwise. Rows of runs that nobody was shown stand for their own run alone.

ALTER TABLE score.account_score ADD COLUMN until_run_id bigint NOT NULL DEFAULT 9223372036854775807;
UPDATE score.account_score AS s
SET until_run_id = s.run_id + 1
WHERE NOT EXISTS (SELECT FROM score.published AS p WHERE p.run_id = s.run_id);
ALTER TABLE score.account_score ADD CONSTRAINT account_score_stretch CHECK (until_run_id > run_id);
COMMENT ON TABLE score.account_score IS 'One account''s result on one day. A run stores only what differs from what readers of the day saw before it: readers of run R see the rows with run_id <= R < until_run_id.';
COMMENT ON COLUMN score.account_score.run_id IS 'The first run it stands for.';
COMMENT ON COLUMN score.account_score.until_run_id IS 'The first run of the day it no longer stands for; 9223372036854775807 while it stands.';

-- Days are read whole; one run's own rows are not asked for any more.
DROP INDEX score.account_score_run;
CREATE INDEX account_score_as_of ON score.account_score (as_of);

ALTER TABLE score.run ADD COLUMN stored bigint NOT NULL DEFAULT 0;
UPDATE score.run SET stored = accounts WHERE state = 'complete';
COMMENT ON COLUMN score.run.stored IS 'Rows it stored: accounts whose result differs from what readers of the day saw before. A run that was not published stores none.';
