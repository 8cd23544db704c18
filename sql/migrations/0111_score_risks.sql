-- The risks of other spans are kept with a result, so that dashboards see what the model said.
ALTER TABLE score.account_score ADD COLUMN risk_1e9 integer[];
COMMENT ON COLUMN score.account_score.risk_1e9 IS 'In 1e-9, each followed by the lower and upper end of its 95 % interval: probability of churn within 30 days (1), within 180 days (4), by the end of the day of the next renewal (7; null when no contract end is ahead); mean share of the next 365 days that the customer is still there (10). Null when the model abstained.';
