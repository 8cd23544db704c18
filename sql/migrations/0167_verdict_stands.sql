-- Verdicts on failures and exposure to incidents stay stored while they are said alike.
COMMENT ON TABLE score.job_fault IS 'Whose fault each failed run was, by the newest day''s run for the 35 days before; older rows stay as they were said.';
COMMENT ON COLUMN score.job_fault.as_of IS 'The day whose run said so first.';
COMMENT ON TABLE score.incident_exposure IS 'Which incident touched which account, for how long, and what it paid then, by the newest day''s run for the 92 days before.';
COMMENT ON COLUMN score.incident_exposure.as_of IS 'The day whose run said so first.';
