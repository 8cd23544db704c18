-- Take a part of a transaction back; it may begin again.
-- none
ROLLBACK TO SAVEPOINT kenko;
