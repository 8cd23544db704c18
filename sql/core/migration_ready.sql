-- Has the list of migrations been made?
-- one
-- column ready  bool
SELECT to_regclass('ops.migration') IS NOT NULL AS ready;
