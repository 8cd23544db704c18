-- Commit.
-- none
COMMIT;
