-- A party by source and external id.
-- maybe
-- param  source       text
-- param  external_id  text
-- column party_id     bigint
SELECT party_id
FROM identity.party
WHERE source = $1::text AND external_id = $2::text;
