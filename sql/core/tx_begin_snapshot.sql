-- Begin a transaction that sees one state of the warehouse.
-- none
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
