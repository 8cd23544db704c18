-- A version of a configuration file.
-- one
-- param  kind       text
-- param  name       text
-- param  sha256     text
-- column config_id  bigint
SELECT config_id
FROM ops.config
WHERE kind = $1::text AND name = $2::text AND sha256 = $3::text;
