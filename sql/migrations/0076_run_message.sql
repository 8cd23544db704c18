-- A run also says what has moved since its model was judged, and why it fell silent.
COMMENT ON COLUMN score.run.model_message IS 'Why there is no risk, when there is none (no model, a refusal, drift); else which features have moved since the model was judged, or nothing.';
