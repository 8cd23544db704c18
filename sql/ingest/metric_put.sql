-- Make a usage metric of a name, scale and rule, unless it is there.
-- none
-- param name     text
-- param scale    int
-- param combine  text
-- param unit     text
-- param by       text
INSERT INTO warehouse.metric (name, scale, combine, unit, by)
VALUES ($1::text, $2::integer::smallint, $3::text, $4::text, $5::text)
ON CONFLICT (name, scale, combine) DO NOTHING;
