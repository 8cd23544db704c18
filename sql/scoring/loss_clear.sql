-- Lives that ended: what was there goes, in the transaction that brings the new.
-- none
DELETE FROM score.loss;
