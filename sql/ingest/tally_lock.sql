-- Keep others from changing which versions of tallied records count until the transaction ends;
-- readers go on. Before anything else of the transaction, so that two never wait for each other.
-- none
LOCK TABLE warehouse.tally IN SHARE ROW EXCLUSIVE MODE;
