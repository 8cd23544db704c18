-- Keep a version of a scorecard.
-- none
-- param name    text
-- param sha256  text
-- param body    text
-- param label   text
INSERT INTO score.scorecard (name, sha256, body, label)
VALUES ($1::text, $2::text, $3::text, $4::text)
ON CONFLICT (name, sha256) DO NOTHING;
