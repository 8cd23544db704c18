-- Cohorts at their ages: what was there goes, in the transaction that brings the new.
-- none
DELETE FROM score.cohort_cell;
