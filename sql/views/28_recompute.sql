-- Does the past, computed again, give what was published?

CREATE OR REPLACE VIEW bi.recompute AS
SELECT r.as_of, r.run_id, r.drawn_on, r.state, r.accounts, r.different, r.account_keys, r.message, r.checked_at
FROM score.recompute AS r;
COMMENT ON VIEW bi.recompute IS 'Published days that were computed again as they were known then (kenko check --recompute).';
COMMENT ON COLUMN bi.recompute.as_of IS 'The published day.';
COMMENT ON COLUMN bi.recompute.run_id IS 'The run that spoke for it.';
COMMENT ON COLUMN bi.recompute.drawn_on IS 'The day whose turn it was.';
COMMENT ON COLUMN bi.recompute.state IS 'equal, different, or not reproducible.';
COMMENT ON COLUMN bi.recompute.accounts IS 'Account scores compared.';
COMMENT ON COLUMN bi.recompute.different IS 'Of them other than stored.';
COMMENT ON COLUMN bi.recompute.account_keys IS 'The first twenty of these.';
COMMENT ON COLUMN bi.recompute.message IS 'What differs, or why it cannot be computed again; else empty.';
COMMENT ON COLUMN bi.recompute.checked_at IS 'Server time.';

GRANT SELECT ON bi.recompute TO kenko_bi;
