-- Cohorts at their ages.
-- copy
-- column cohort      date
-- column age         int
-- column day         date
-- column n           bigint
-- column base_minor  bigint
-- column retained    bigint null
-- column arr_minor   bigint null
-- column kept_minor  bigint null
COPY score.cohort_cell (cohort, age, day, n, base_minor, retained, arr_minor, kept_minor)
FROM STDIN (FORMAT binary);
