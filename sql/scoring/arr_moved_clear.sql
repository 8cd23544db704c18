-- ARR movements of accounts: what was there goes, in the transaction that brings the new.
-- none
DELETE FROM score.arr_moved;
