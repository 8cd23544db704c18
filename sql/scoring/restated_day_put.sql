-- Record that a day was restated.
-- none
-- param as_of      date
-- param run_id     bigint
-- param known_no   bigint
-- param accounts   bigint
-- param different  bigint
INSERT INTO score.restated_day AS d (as_of, run_id, known_no, accounts, different)
VALUES ($1::date, $2::bigint, $3::bigint, $4::bigint, $5::bigint)
ON CONFLICT (as_of) DO UPDATE SET run_id = excluded.run_id, known_no = excluded.known_no,
  accounts = excluded.accounts, different = excluded.different, restated_at = excluded.restated_at;
