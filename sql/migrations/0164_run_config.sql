-- The files that a run was computed with, so that it can be computed again after any of them changed.

COMMENT ON COLUMN ops.config.kind IS 'kenko, metrics, scorecard, slo, indicators.';
COMMENT ON COLUMN ops.config.name IS 'File within the configuration directory.';
COMMENT ON COLUMN ops.config.body IS 'The text as it was; of kenko.yaml what scoring reads of it, one key a line. No secret stands in it.';

ALTER TABLE score.run ADD COLUMN config_ids bigint[];
COMMENT ON COLUMN score.run.config_ids IS 'ops.config: the files it was computed with; null for runs from before they were kept.';
COMMENT ON COLUMN score.run.config_sha256 IS 'Of the names and digests of these files; of runs from before they were kept, of scorecard and metrics.';
GRANT SELECT ON ops.config TO kenko_score, kenko_report;
