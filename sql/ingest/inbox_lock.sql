-- Wait until nobody writes into the inbox, and keep others from it till the transaction ends.
-- none
LOCK TABLE ops.inbox IN SHARE MODE;
