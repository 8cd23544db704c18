-- Let a run speak for its day; is it the newest day with one?
-- one
-- param  as_of      date
-- param  run_id     bigint
-- column is_newest  bool
INSERT INTO score.published AS p (as_of, run_id)
VALUES ($1::date, $2::bigint)
ON CONFLICT (as_of) DO UPDATE SET run_id = excluded.run_id, published_at = excluded.published_at
RETURNING NOT EXISTS (SELECT FROM score.published AS q WHERE q.as_of > p.as_of) AS is_newest;
