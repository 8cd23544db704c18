-- Record an applied migration, or the new state of the views.
-- none
-- param number  int
-- param name    text
-- param sha256  text
INSERT INTO ops.migration (number, name, sha256)
VALUES ($1::integer, $2::text, $3::text)
ON CONFLICT (number) DO UPDATE SET sha256 = excluded.sha256, name = excluded.name;
