-- Bands of a proof.
-- copy
-- column proof_id        bigint
-- column days            int
-- column ordinal         int
-- column band            text
-- column n               bigint
-- column n_left          bigint
-- column rate_low        double null
-- column rate_high       double null
-- column arr_minor       bigint
-- column arr_left_minor  bigint
-- column stood           bigint
-- column stood_minor     bigint
COPY score.proof_band (proof_id, days, ordinal, band, n, n_left, rate_low, rate_high, arr_minor, arr_left_minor, stood,
  stood_minor)
FROM STDIN (FORMAT binary);
