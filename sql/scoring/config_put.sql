-- Keep a version of a configuration file.
-- none
-- param kind      text
-- param name      text
-- param sha256    text
-- param body      text
-- param known_no  bigint  the first commit number it was used at
INSERT INTO ops.config (kind, name, sha256, body, commit_no)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::bigint)
ON CONFLICT (kind, name, sha256) DO NOTHING;
