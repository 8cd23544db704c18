-- Contracts that end.
-- copy
-- column account_id   bigint
-- column ordinal      int
-- column renewal_on   date
-- column product      text
-- column arr_minor    bigint
-- column is_renewed   bool
-- column p_churn_1e9  bigint null
COPY score.renewal (account_id, ordinal, renewal_on, product, arr_minor, is_renewed, p_churn_1e9)
FROM STDIN (FORMAT binary);
