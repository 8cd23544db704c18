-- Exposure to incidents that began since an instant: it is said anew.
-- none
-- param from_at  timestamptz
DELETE FROM score.incident_exposure
WHERE started_at >= $1::timestamptz;
