-- Groups of a proof's measures, by value.
-- copy
-- column proof_id   bigint
-- column ordinal    int
-- column bin        int
-- column kind       text
-- column low        double null
-- column high       double null
-- column n          bigint
-- column n_left     bigint
-- column rate_low   double null
-- column rate_high  double null
COPY score.proof_bin (proof_id, ordinal, bin, kind, low, high, n, n_left, rate_low, rate_high)
FROM STDIN (FORMAT binary);
