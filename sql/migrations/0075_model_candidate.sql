-- A model is fitted as a candidate and speaks only when it is not worse than the one that does.
ALTER TABLE score.model DROP CONSTRAINT model_state_check;
ALTER TABLE score.model ADD CONSTRAINT model_state_check
  CHECK (state IN ('active', 'candidate', 'shadow', 'retired', 'refused'));
COMMENT ON COLUMN score.model.state IS 'active (speaks), candidate (fitted, does not speak), shadow (scored beside it), retired, refused (too few events; the scorecard alone speaks).';
