-- Say that a metric did or did not keep its promise on a day.
-- none
-- param metric      text
-- param check_name  text
-- param day         date
-- param load_id     bigint
-- param failed      bool
-- param value       double
-- param usual       double
-- param said_by     text
INSERT INTO warehouse.quality (metric, check_name, day, load_id, failed, value, usual, said_by)
VALUES ($1::text, $2::text, $3::date, $4::bigint, $5::boolean, $6::double precision,
  $7::double precision, $8::text);
