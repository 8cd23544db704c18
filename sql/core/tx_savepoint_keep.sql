-- End a part of a transaction; what it did stays in the transaction.
-- none
RELEASE SAVEPOINT kenko;
