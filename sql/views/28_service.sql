-- Kenko's own service level: was every day scored by its hour, and was enough known?

CREATE OR REPLACE VIEW bi.scoring_service AS
SELECT
  f.as_of, f.due_at, f.scored_at,
  round(extract(epoch FROM f.scored_at - f.due_at) / 60, 1) AS late_minutes,
  f.scored_at > f.due_at + interval '7 days' AS is_backfill, f.scored_at <= f.due_at AS on_time,
  r.accounts, r.accounts - r.unknown_accounts AS known_accounts,
  (r.accounts - r.unknown_accounts)::numeric / nullif(r.accounts, 0) AS coverage
FROM (
  SELECT as_of, min(due_at) AS due_at, min(finished_at) AS scored_at
  FROM score.run
  WHERE due_at IS NOT NULL AND state = 'complete'
  GROUP BY as_of
) AS f
JOIN score.published AS p ON p.as_of = f.as_of
JOIN score.run AS r ON r.run_id = p.run_id;
COMMENT ON VIEW bi.scoring_service IS 'Each published day against the hour it was to be scored by (score.due in kenko.yaml).';
COMMENT ON COLUMN bi.scoring_service.as_of IS 'Business day.';
COMMENT ON COLUMN bi.scoring_service.due_at IS 'By when it was to be scored.';
COMMENT ON COLUMN bi.scoring_service.scored_at IS 'When it first was, published.';
COMMENT ON COLUMN bi.scoring_service.late_minutes IS 'Minutes after it was due; negative is early.';
COMMENT ON COLUMN bi.scoring_service.is_backfill IS 'Scored more than a week after: history that was scored later, to be left out of the share on time.';
COMMENT ON COLUMN bi.scoring_service.on_time IS 'Was it scored by then?';
COMMENT ON COLUMN bi.scoring_service.accounts IS 'Accounts scored, by the run that speaks for the day.';
COMMENT ON COLUMN bi.scoring_service.known_accounts IS 'Of them, those whose band is known.';
COMMENT ON COLUMN bi.scoring_service.coverage IS 'Their share, 0..1.';

GRANT SELECT ON bi.scoring_service TO kenko_bi;
