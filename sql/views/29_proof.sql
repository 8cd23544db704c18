-- What scorecards would have foretold, of the proof of each that is shown.

CREATE OR REPLACE VIEW bi.scorecard_proof AS
SELECT
  p.proof_id, p.scorecard, p.label, p.author, p.note, p.sha256, p.as_of, p.known_no, p.churn, p.first_on, p.last_on,
  p.leavers, p.had_worst, p.worst_median_days, p.worst_early, p.had_not_best, p.not_best_median_days, p.not_best_early,
  p.renewed, p.false_alarms, p.worst_precision, p.size_rho, p.made_at, s.proof_id IS NOT NULL AS is_shown
FROM score.proof AS p
LEFT JOIN score.proof_published AS s ON s.proof_id = p.proof_id;
COMMENT ON VIEW bi.scorecard_proof IS 'Backtests of scorecards that were stored: how early they warned, and how often for nothing.';
COMMENT ON COLUMN bi.scorecard_proof.proof_id IS 'Surrogate.';
COMMENT ON COLUMN bi.scorecard_proof.scorecard IS 'Its name.';
COMMENT ON COLUMN bi.scorecard_proof.label IS 'What people call it.';
COMMENT ON COLUMN bi.scorecard_proof.author IS 'Who wrote the version.';
COMMENT ON COLUMN bi.scorecard_proof.note IS 'Why.';
COMMENT ON COLUMN bi.scorecard_proof.sha256 IS 'Of the scorecard''s text: which version it was.';
COMMENT ON COLUMN bi.scorecard_proof.as_of IS 'Facts before this day.';
COMMENT ON COLUMN bi.scorecard_proof.known_no IS 'Loads up to this commit number.';
COMMENT ON COLUMN bi.scorecard_proof.churn IS 'What counted as a loss.';
COMMENT ON COLUMN bi.scorecard_proof.first_on IS 'First day looked at.';
COMMENT ON COLUMN bi.scorecard_proof.last_on IS 'Last day looked at.';
COMMENT ON COLUMN bi.scorecard_proof.leavers IS 'Customers that left and were looked at for half a year before.';
COMMENT ON COLUMN bi.scorecard_proof.had_worst IS 'Of them, those who had been in the lowest band.';
COMMENT ON COLUMN bi.scorecard_proof.worst_median_days IS 'Lead time: days from the last time in the lowest band to the loss, their median.';
COMMENT ON COLUMN bi.scorecard_proof.worst_early IS 'Share of the leavers with 60 days or more, 0..1.';
COMMENT ON COLUMN bi.scorecard_proof.had_not_best IS 'Of the leavers, those who had left the highest band for good.';
COMMENT ON COLUMN bi.scorecard_proof.not_best_median_days IS 'Days from that to the loss, their median.';
COMMENT ON COLUMN bi.scorecard_proof.not_best_early IS 'Share of the leavers with 60 days or more, 0..1.';
COMMENT ON COLUMN bi.scorecard_proof.renewed IS 'Customers that renewed.';
COMMENT ON COLUMN bi.scorecard_proof.false_alarms IS 'Of them, those in the lowest band 90 days before.';
COMMENT ON COLUMN bi.scorecard_proof.worst_precision IS 'Of those in the lowest band 90 days before their date, the share that left, 0..1.';
COMMENT ON COLUMN bi.scorecard_proof.size_rho IS 'Rank correlation of health and ARR: beyond 0.5 health goes with size.';
COMMENT ON COLUMN bi.scorecard_proof.made_at IS 'When it was stored.';
COMMENT ON COLUMN bi.scorecard_proof.is_shown IS 'It is the one of its scorecard that the views below show.';

CREATE OR REPLACE VIEW bi.scorecard_proof_band AS
SELECT
  s.scorecard, b.proof_id, b.days, b.ordinal, b.band, b.n AS customers, b.n_left AS churned,
  (b.n_left::numeric / nullif(b.n, 0))::double precision AS rate, b.rate_low, b.rate_high, b.arr_minor / u.minor AS arr,
  b.arr_left_minor / u.minor AS arr_churned, b.stood AS leavers,
  (b.stood::numeric / nullif(sum(b.stood) OVER w, 0))::double precision AS leavers_share,
  b.stood_minor / u.minor AS leavers_arr,
  (b.stood_minor / nullif(sum(b.stood_minor) OVER w, 0))::double precision AS leavers_arr_share
FROM score.proof_published AS s
JOIN score.proof_band AS b ON b.proof_id = s.proof_id
CROSS JOIN warehouse.money_unit AS u
WINDOW w AS (PARTITION BY b.proof_id, b.days);
COMMENT ON VIEW bi.scorecard_proof_band IS 'From band to churn: who left within so many days, with Wilson''s intervals, and in which band those who left had stood.';
COMMENT ON COLUMN bi.scorecard_proof_band.scorecard IS 'Its name.';
COMMENT ON COLUMN bi.scorecard_proof_band.proof_id IS 'The proof shown.';
COMMENT ON COLUMN bi.scorecard_proof_band.days IS '30, 60, 90 or 180.';
COMMENT ON COLUMN bi.scorecard_proof_band.ordinal IS 'From 1, the lowest band first.';
COMMENT ON COLUMN bi.scorecard_proof_band.band IS 'Band, or Unknown.';
COMMENT ON COLUMN bi.scorecard_proof_band.customers IS 'Customers in it on days a span apart.';
COMMENT ON COLUMN bi.scorecard_proof_band.churned IS 'Of them, those who had left within the days.';
COMMENT ON COLUMN bi.scorecard_proof_band.rate IS 'churned / customers.';
COMMENT ON COLUMN bi.scorecard_proof_band.rate_low IS 'Lower end of Wilson''s 95 % interval.';
COMMENT ON COLUMN bi.scorecard_proof_band.rate_high IS 'Its upper end.';
COMMENT ON COLUMN bi.scorecard_proof_band.arr IS 'ARR of customers, in the reporting currency.';
COMMENT ON COLUMN bi.scorecard_proof_band.arr_churned IS 'ARR of churned.';
COMMENT ON COLUMN bi.scorecard_proof_band.leavers IS 'Of all who left, those who stood in it so many days before.';
COMMENT ON COLUMN bi.scorecard_proof_band.leavers_share IS 'Their share, 0..1.';
COMMENT ON COLUMN bi.scorecard_proof_band.leavers_arr IS 'Their ARR.';
COMMENT ON COLUMN bi.scorecard_proof_band.leavers_arr_share IS 'Its share: of the best band, what was lost from where nobody looked.';

CREATE OR REPLACE VIEW bi.scorecard_evidence AS
SELECT
  s.scorecard, m.proof_id, m.ordinal, m.measure, m.label, m.scored, m.n_left AS churned, m.auc, m.auc_low, m.auc_high,
  m.size_rho, m.finding
FROM score.proof_published AS s
JOIN score.proof_measure AS m ON m.proof_id = s.proof_id;
COMMENT ON VIEW bi.scorecard_evidence IS 'What each measure of a scorecard alone tells of who left within 90 days.';
COMMENT ON COLUMN bi.scorecard_evidence.scorecard IS 'Its name.';
COMMENT ON COLUMN bi.scorecard_evidence.proof_id IS 'The proof shown.';
COMMENT ON COLUMN bi.scorecard_evidence.ordinal IS 'Place on the card, from 1.';
COMMENT ON COLUMN bi.scorecard_evidence.measure IS 'Name of the measure.';
COMMENT ON COLUMN bi.scorecard_evidence.label IS 'What people call it.';
COMMENT ON COLUMN bi.scorecard_evidence.scored IS 'Customers on days with a score.';
COMMENT ON COLUMN bi.scorecard_evidence.churned IS 'Of them, those who left.';
COMMENT ON COLUMN bi.scorecard_evidence.auc IS 'How often a leaver had the lower score; 0.5 is guessing.';
COMMENT ON COLUMN bi.scorecard_evidence.auc_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN bi.scorecard_evidence.auc_high IS 'Its upper end.';
COMMENT ON COLUMN bi.scorecard_evidence.size_rho IS 'Rank correlation of the score and ARR.';
COMMENT ON COLUMN bi.scorecard_evidence.finding IS 'wrong sign, tells nothing, always the same, knows the outcome; empty when nothing is wrong, or too few left to say.';

CREATE OR REPLACE VIEW bi.scorecard_evidence_bin AS
SELECT
  s.scorecard, b.proof_id, m.measure, b.bin, b.kind, b.low, b.high, b.n AS customers, b.n_left AS churned,
  (b.n_left::numeric / nullif(b.n, 0))::double precision AS rate, b.rate_low, b.rate_high
FROM score.proof_published AS s
JOIN score.proof_bin AS b ON b.proof_id = s.proof_id
JOIN score.proof_measure AS m ON m.proof_id = b.proof_id AND m.ordinal = b.ordinal;
COMMENT ON VIEW bi.scorecard_evidence_bin IS 'Who left within 90 days by a measure''s value: up to ten groups of equal count, and those without a value as groups of their own.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.scorecard IS 'Name of the scorecard.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.proof_id IS 'The proof shown.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.measure IS 'Name of the measure.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.bin IS 'From 1, the lowest values first.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.kind IS 'values, missing or not_applicable.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.low IS 'Lowest value; null without values.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.high IS 'Highest value.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.customers IS 'Customers on days.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.churned IS 'Of them, those who left.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.rate IS 'churned / customers.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.rate_low IS 'Lower end of Wilson''s 95 % interval.';
COMMENT ON COLUMN bi.scorecard_evidence_bin.rate_high IS 'Its upper end.';

GRANT SELECT ON bi.scorecard_proof, bi.scorecard_proof_band, bi.scorecard_evidence, bi.scorecard_evidence_bin TO kenko_bi;
