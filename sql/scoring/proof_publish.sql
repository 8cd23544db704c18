-- From now on dashboards show this proof of its scorecard.
-- none
-- param scorecard  text
-- param proof_id   bigint
INSERT INTO score.proof_published (scorecard, proof_id)
VALUES ($1::text, $2::bigint)
ON CONFLICT (scorecard) DO UPDATE SET proof_id = excluded.proof_id;
