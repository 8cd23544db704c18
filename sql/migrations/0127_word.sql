-- What metrics.yaml says of its labels and sentences in another language.

CREATE TABLE score.word (
  language text NOT NULL,
  words text NOT NULL,
  said text NOT NULL,
  PRIMARY KEY (language, words)
);
COMMENT ON TABLE score.word IS 'Labels and sentences of metrics.yaml in another language, as said last; reports look here before their own catalogue.';
COMMENT ON COLUMN score.word.language IS 'ja.';
COMMENT ON COLUMN score.word.words IS 'The label or sentence as a scorecard or model has it.';
COMMENT ON COLUMN score.word.said IS 'The same in that language.';

INSERT INTO ops.placement (relation, kind) VALUES ('score.word', 'reference');
GRANT SELECT, INSERT, UPDATE, DELETE ON score.word TO kenko_score;
GRANT SELECT ON score.word TO kenko_report, kenko_api;
