-- ARR movements in sums.
-- copy
-- column scope               text
-- column kind                text
-- column period              date
-- column days                int
-- column currency            text
-- column start_minor         bigint
-- column new_minor           bigint
-- column resurrection_minor  bigint
-- column expansion_minor     bigint
-- column contraction_minor   bigint
-- column churn_minor         bigint
-- column n_start             bigint
-- column n_new               bigint
-- column n_resurrection      bigint
-- column n_expansion         bigint
-- column n_contraction       bigint
-- column n_churn             bigint
COPY score.arr_period (scope, kind, period, days, currency, start_minor, new_minor, resurrection_minor, expansion_minor,
  contraction_minor, churn_minor, n_start, n_new, n_resurrection, n_expansion, n_contraction,
  n_churn)
FROM STDIN (FORMAT binary);
