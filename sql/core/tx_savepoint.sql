-- Begin a part of a transaction.
-- none
SAVEPOINT kenko;
