-- The tables of revenue are made anew.
-- none
-- param  as_of       date
-- param  known_no    bigint
-- param  basis       text
-- param  currency    text
-- param  definition  text
INSERT INTO score.revenue AS v (as_of, known_no, basis, currency, definition)
VALUES ($1::date, $2::bigint, $3::text, $4::text, $5::text)
ON CONFLICT (only_row) DO UPDATE SET as_of = excluded.as_of, known_no = excluded.known_no,
  basis = excluded.basis, currency = excluded.currency, definition = excluded.definition;
