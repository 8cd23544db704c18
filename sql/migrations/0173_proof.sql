-- What a scorecard would have foretold, as kenko backtest found it; of each scorecard one is shown.

CREATE TABLE score.proof (
  proof_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scorecard text NOT NULL,
  label text NOT NULL,
  author text NOT NULL,
  note text NOT NULL,
  sha256 text NOT NULL,
  as_of date NOT NULL,
  known_no bigint NOT NULL,
  churn text NOT NULL,
  first_on date NOT NULL,
  last_on date NOT NULL,
  leavers bigint NOT NULL,
  had_worst bigint NOT NULL,
  worst_median_days double precision,
  worst_early double precision,
  had_not_best bigint NOT NULL,
  not_best_median_days double precision,
  not_best_early double precision,
  renewed bigint NOT NULL,
  false_alarms bigint NOT NULL,
  worst_precision double precision,
  size_rho double precision,
  made_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE score.proof IS 'Scorecards held against what happened: one row for each backtest that was stored.';
COMMENT ON COLUMN score.proof.proof_id IS 'Surrogate.';
COMMENT ON COLUMN score.proof.scorecard IS 'Its name.';
COMMENT ON COLUMN score.proof.label IS 'What people call it.';
COMMENT ON COLUMN score.proof.author IS 'Who wrote the version.';
COMMENT ON COLUMN score.proof.note IS 'Why.';
COMMENT ON COLUMN score.proof.sha256 IS 'Of the scorecard''s text: which version it was.';
COMMENT ON COLUMN score.proof.as_of IS 'Facts before this day.';
COMMENT ON COLUMN score.proof.known_no IS 'Loads up to this commit number.';
COMMENT ON COLUMN score.proof.churn IS 'What counted as a loss.';
COMMENT ON COLUMN score.proof.first_on IS 'First day looked at.';
COMMENT ON COLUMN score.proof.last_on IS 'Last day looked at.';
COMMENT ON COLUMN score.proof.leavers IS 'Customers that left and were looked at for half a year before.';
COMMENT ON COLUMN score.proof.had_worst IS 'Of them, those who had been in the lowest band.';
COMMENT ON COLUMN score.proof.worst_median_days IS 'Days from the last time in the lowest band to the loss, their median.';
COMMENT ON COLUMN score.proof.worst_early IS 'Share of the leavers with 60 days or more, 0..1.';
COMMENT ON COLUMN score.proof.had_not_best IS 'Of the leavers, those who had left the highest band for good.';
COMMENT ON COLUMN score.proof.not_best_median_days IS 'Days from that to the loss, their median.';
COMMENT ON COLUMN score.proof.not_best_early IS 'Share of the leavers with 60 days or more, 0..1.';
COMMENT ON COLUMN score.proof.renewed IS 'Customers that renewed.';
COMMENT ON COLUMN score.proof.false_alarms IS 'Of them, those in the lowest band 90 days before.';
COMMENT ON COLUMN score.proof.worst_precision IS 'Of those in the lowest band 90 days before their date, the share that left, 0..1.';
COMMENT ON COLUMN score.proof.size_rho IS 'Rank correlation of health and ARR.';
COMMENT ON COLUMN score.proof.made_at IS 'When it was stored.';

CREATE TABLE score.proof_published (
  scorecard text PRIMARY KEY,
  proof_id bigint NOT NULL REFERENCES score.proof
);
COMMENT ON TABLE score.proof_published IS 'Which proof of a scorecard dashboards show: the one stored last.';
COMMENT ON COLUMN score.proof_published.scorecard IS 'Its name.';
COMMENT ON COLUMN score.proof_published.proof_id IS 'The proof.';

CREATE TABLE score.proof_band (
  proof_id bigint NOT NULL REFERENCES score.proof,
  days integer NOT NULL,
  ordinal integer NOT NULL,
  band text NOT NULL,
  n bigint NOT NULL,
  n_left bigint NOT NULL,
  rate_low double precision,
  rate_high double precision,
  arr_minor bigint NOT NULL,
  arr_left_minor bigint NOT NULL,
  stood bigint NOT NULL,
  stood_minor bigint NOT NULL,
  PRIMARY KEY (proof_id, days, ordinal)
);
COMMENT ON TABLE score.proof_band IS 'Who left so many days after standing in a band, and where those who left had stood.';
COMMENT ON COLUMN score.proof_band.proof_id IS 'The proof.';
COMMENT ON COLUMN score.proof_band.days IS 'Days after, or before the loss.';
COMMENT ON COLUMN score.proof_band.ordinal IS 'From 1, the lowest band first; behind them Unknown, and those who were no customer yet or were not scored.';
COMMENT ON COLUMN score.proof_band.band IS 'Its name.';
COMMENT ON COLUMN score.proof_band.n IS 'Customers in it, on days a span apart.';
COMMENT ON COLUMN score.proof_band.n_left IS 'Of them, those who had left within the days.';
COMMENT ON COLUMN score.proof_band.rate_low IS 'Lower end of Wilson''s 95 % interval of their share.';
COMMENT ON COLUMN score.proof_band.rate_high IS 'Its upper end.';
COMMENT ON COLUMN score.proof_band.arr_minor IS 'ARR of n, in minor units of the reporting currency.';
COMMENT ON COLUMN score.proof_band.arr_left_minor IS 'The same of n_left.';
COMMENT ON COLUMN score.proof_band.stood IS 'Of all who left, those in the band so many days before.';
COMMENT ON COLUMN score.proof_band.stood_minor IS 'Their ARR.';

CREATE TABLE score.proof_measure (
  proof_id bigint NOT NULL REFERENCES score.proof,
  ordinal integer NOT NULL,
  measure text NOT NULL,
  label text NOT NULL,
  scored bigint NOT NULL,
  n_left bigint NOT NULL,
  auc double precision,
  auc_low double precision,
  auc_high double precision,
  size_rho double precision,
  finding text NOT NULL CHECK (finding IN ('', 'wrong sign', 'tells nothing', 'always the same', 'knows the outcome')),
  PRIMARY KEY (proof_id, ordinal)
);
COMMENT ON TABLE score.proof_measure IS 'How a measure''s score alone tells who left within 90 days.';
COMMENT ON COLUMN score.proof_measure.proof_id IS 'The proof.';
COMMENT ON COLUMN score.proof_measure.ordinal IS 'Place on the card, from 1.';
COMMENT ON COLUMN score.proof_measure.measure IS 'Its name.';
COMMENT ON COLUMN score.proof_measure.label IS 'What people call it.';
COMMENT ON COLUMN score.proof_measure.scored IS 'Customers on days with a score.';
COMMENT ON COLUMN score.proof_measure.n_left IS 'Of them, those who left.';
COMMENT ON COLUMN score.proof_measure.auc IS 'How often a leaver had the lower score; 0.5 is guessing.';
COMMENT ON COLUMN score.proof_measure.auc_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN score.proof_measure.auc_high IS 'Its upper end.';
COMMENT ON COLUMN score.proof_measure.size_rho IS 'Rank correlation of the score and ARR.';
COMMENT ON COLUMN score.proof_measure.finding IS 'What is wrong with it; empty when nothing is, or too few left to say.';

CREATE TABLE score.proof_bin (
  proof_id bigint NOT NULL REFERENCES score.proof,
  ordinal integer NOT NULL,
  bin integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('values', 'missing', 'not_applicable')),
  low double precision,
  high double precision,
  n bigint NOT NULL,
  n_left bigint NOT NULL,
  rate_low double precision,
  rate_high double precision,
  PRIMARY KEY (proof_id, ordinal, bin)
);
COMMENT ON TABLE score.proof_bin IS 'Who left within 90 days by the value of a measure: groups of equal count, and those without a value.';
COMMENT ON COLUMN score.proof_bin.proof_id IS 'The proof.';
COMMENT ON COLUMN score.proof_bin.ordinal IS 'The measure, as in proof_measure.';
COMMENT ON COLUMN score.proof_bin.bin IS 'From 1, the lowest values first.';
COMMENT ON COLUMN score.proof_bin.kind IS 'values, missing or not_applicable.';
COMMENT ON COLUMN score.proof_bin.low IS 'Lowest value; null without values.';
COMMENT ON COLUMN score.proof_bin.high IS 'Highest value.';
COMMENT ON COLUMN score.proof_bin.n IS 'Customers on days.';
COMMENT ON COLUMN score.proof_bin.n_left IS 'Of them, those who left.';
COMMENT ON COLUMN score.proof_bin.rate_low IS 'Lower end of Wilson''s 95 % interval of their share.';
COMMENT ON COLUMN score.proof_bin.rate_high IS 'Its upper end.';

INSERT INTO ops.placement (relation, kind, key) VALUES
  ('score.proof', 'reference', NULL), ('score.proof_published', 'reference', NULL),
  ('score.proof_band', 'reference', NULL), ('score.proof_measure', 'reference', NULL),
  ('score.proof_bin', 'reference', NULL);
GRANT SELECT, INSERT, UPDATE ON score.proof, score.proof_published, score.proof_band, score.proof_measure, score.proof_bin TO kenko_score;
GRANT SELECT ON score.proof, score.proof_published, score.proof_band, score.proof_measure, score.proof_bin TO kenko_report, kenko_api;
