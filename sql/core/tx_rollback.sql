-- Roll back.
-- none
ROLLBACK;
