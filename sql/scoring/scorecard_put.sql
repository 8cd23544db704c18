-- Keep a version of a scorecard.
-- none
-- param name     text
-- param sha256   text
-- param body     text
-- param label    text
-- param metrics  text  metrics.yaml, part of what sha256 is of
-- param author   text
-- param note     text
INSERT INTO score.scorecard AS c (name, sha256, body, label, metrics, author, note)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text)
ON CONFLICT (name, sha256) DO UPDATE SET metrics = excluded.metrics
WHERE c.metrics IS NULL;
