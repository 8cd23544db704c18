-- Measures of a proof.
-- copy
-- column proof_id  bigint
-- column ordinal   int
-- column measure   text
-- column label     text
-- column scored    bigint
-- column n_left    bigint
-- column auc       double null
-- column auc_low   double null
-- column auc_high  double null
-- column size_rho  double null
-- column finding   text
COPY score.proof_measure (proof_id, ordinal, measure, label, scored, n_left, auc, auc_low, auc_high, size_rho, finding)
FROM STDIN (FORMAT binary);
