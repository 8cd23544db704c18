-- Each published day as it was published, and as it is known now.

CREATE OR REPLACE VIEW bi.score_restated AS
SELECT
  s.as_of, s.account_id, a.key AS account_key,
  s.effective_bp / 100.0 AS published, s.band AS published_band,
  CASE WHEN d.run_id IS NULL THEN NULL WHEN r.as_of IS NULL THEN s.effective_bp ELSE r.restated_bp END / 100.0 AS restated,
  CASE WHEN d.run_id IS NULL THEN NULL WHEN r.as_of IS NULL THEN s.band ELSE r.restated_band END AS restated_band,
  r.as_of IS NOT NULL AS is_different, r.data_bp / 100.0 AS by_data, r.configuration_bp / 100.0 AS by_configuration,
  coalesce(r.reasons, '{}') AS reasons, d.known_no
FROM score.account_published AS s
JOIN identity.account AS a ON a.account_id = s.account_id
LEFT JOIN score.restated_day AS d ON d.as_of = s.as_of AND d.run_id = s.run_id
LEFT JOIN score.restated AS r ON r.account_id = s.account_id AND r.as_of = d.as_of
UNION ALL
SELECT
  r.as_of, r.account_id, a.key AS account_key, NULL AS published, NULL AS published_band,
  r.restated_bp / 100.0 AS restated, r.restated_band, true AS is_different, NULL AS by_data,
  NULL AS by_configuration, r.reasons, d.known_no
FROM score.restated AS r
JOIN score.restated_day AS d ON d.as_of = r.as_of
JOIN score.published AS p ON p.as_of = d.as_of AND p.run_id = d.run_id
JOIN identity.account AS a ON a.account_id = r.account_id
WHERE r.published_band IS NULL;
COMMENT ON VIEW bi.score_restated IS 'Each account on each published day as it was published, and with what is known now (kenko score --restate).';
COMMENT ON COLUMN bi.score_restated.as_of IS 'The published day.';
COMMENT ON COLUMN bi.score_restated.account_id IS 'Account.';
COMMENT ON COLUMN bi.score_restated.account_key IS 'The id people use.';
COMMENT ON COLUMN bi.score_restated.published IS 'Effective health 0..100 as published; null when it was Unknown or no customer.';
COMMENT ON COLUMN bi.score_restated.published_band IS 'Band as published; null when it was no customer.';
COMMENT ON COLUMN bi.score_restated.restated IS 'The same with what is known now, under the configuration of now; null when the day was not restated too.';
COMMENT ON COLUMN bi.score_restated.restated_band IS 'Band likewise.';
COMMENT ON COLUMN bi.score_restated.is_different IS 'Is number or band another?';
COMMENT ON COLUMN bi.score_restated.by_data IS 'What of the difference is what is known.';
COMMENT ON COLUMN bi.score_restated.by_configuration IS 'What of it is the configuration; both add up to the difference.';
COMMENT ON COLUMN bi.score_restated.reasons IS 'late facts, retraction, identity, override, configuration, other accounts.';
COMMENT ON COLUMN bi.score_restated.known_no IS 'Commit number it was restated at; null when it was not.';

GRANT SELECT ON bi.score_restated TO kenko_bi;
