-- One account's result on the newest published day up to a day, by the newest run of the day that knew no
-- more than a commit number and whose results can still be read.
-- maybe
-- param  key                text
-- param  day                date
-- param  known_no           bigint
-- column account_id         bigint
-- column run_id             bigint
-- column as_of              date
-- column known_no           bigint
-- column known_at           timestamptz
-- column version            text
-- column scorecard          text
-- column model_id           bigint null
-- column input_sha256       text
-- column output_sha256      text
-- column config_sha256      text
-- column rule               text
-- column health_bp          int null
-- column lower_bp           int
-- column upper_bp           int
-- column raw_band           text
-- column band               text
-- column coverage_bp        int
-- column effective_bp       int null
-- column override_note      text null
-- column p_churn_1e9        bigint null
-- column p_lower_1e9        bigint null
-- column p_upper_1e9        bigint null
-- column risk_percentile_bp int null
-- column arr_minor          bigint
-- column renewal_on         date null
-- column measure_bp         int[]
-- column contribution_bp    int[]
-- column lost_bp            int[]
SELECT s.account_id, r.run_id, r.as_of, r.known_no, r.known_at, r.version, c.name AS scorecard, r.model_id,
  r.input_sha256, r.output_sha256, r.config_sha256, s.rule, s.health_bp, s.lower_bp, s.upper_bp, s.raw_band,
  s.band, s.coverage_bp, s.effective_bp, s.override_note, s.p_churn_1e9, s.p_lower_1e9, s.p_upper_1e9,
  s.risk_percentile_bp, s.arr_minor, s.renewal_on, s.measure_bp, s.contribution_bp, s.lost_bp
FROM identity.account AS a
JOIN score.account_score AS s ON s.account_id = a.account_id AND s.role = 'champion'
JOIN score.run AS r ON r.as_of = s.as_of AND r.run_id >= s.run_id AND r.run_id < s.until_run_id
JOIN score.scorecard AS c ON c.scorecard_id = s.scorecard_id
WHERE a.key = $1::text AND r.state = 'complete' AND r.known_no <= $3::bigint
  AND s.as_of = (SELECT max(p.as_of) FROM score.published AS p WHERE p.as_of <= $2::date)
  AND (r.stored > 0 OR EXISTS (SELECT FROM score.published AS p WHERE p.run_id = r.run_id))
ORDER BY r.run_id DESC
LIMIT 1;
