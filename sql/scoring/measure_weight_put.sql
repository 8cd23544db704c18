-- What a measure of a scorecard version weighs under one of its profiles.
-- none
-- param scorecard_id  bigint
-- param rule          text
-- param ordinal       int
-- param weight_share  double precision
INSERT INTO score.measure_weight (scorecard_id, rule, ordinal, weight_share)
VALUES ($1::bigint, $2::text, $3::integer, $4::double precision)
ON CONFLICT (scorecard_id, rule, ordinal) DO NOTHING;
