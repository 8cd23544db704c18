-- What quarters may cost: what was there goes, in the transaction that brings the new.
-- none
DELETE FROM score.forecast;
