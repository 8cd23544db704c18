-- Begin a transaction.
-- none
BEGIN;
