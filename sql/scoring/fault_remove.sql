-- Verdicts on failures since an instant: they are said anew.
-- none
-- param from_at  timestamptz
DELETE FROM score.job_fault
WHERE finished_at >= $1::timestamptz;
