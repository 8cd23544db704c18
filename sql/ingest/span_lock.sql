-- Keep writers of usage out until the transaction ends; readers go on.
-- none
LOCK TABLE warehouse.usage_month IN SHARE ROW EXCLUSIVE MODE;
