-- Let a run speak for its day.
-- none
-- param as_of   date
-- param run_id  bigint
INSERT INTO score.published (as_of, run_id)
VALUES ($1::date, $2::bigint)
ON CONFLICT (as_of) DO UPDATE SET run_id = excluded.run_id, published_at = excluded.published_at;
