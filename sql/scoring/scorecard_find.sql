-- A version of a scorecard.
-- one
-- param  name          text
-- param  sha256        text
-- column scorecard_id  bigint
SELECT scorecard_id
FROM score.scorecard
WHERE name = $1::text AND sha256 = $2::text;
