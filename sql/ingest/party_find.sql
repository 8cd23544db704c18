-- The parties behind external ids.
-- many
-- param  source        text
-- param  external_ids  text[]
-- column external_id   text
-- column party_id      bigint
SELECT external_id, party_id
FROM identity.party
WHERE source = $1::text AND external_id = ANY ($2::text[])
ORDER BY external_id;
