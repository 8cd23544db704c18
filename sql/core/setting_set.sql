-- Set a setting for the rest of the transaction.
-- one
-- param  name   text
-- param  value  text
-- column value  text
SELECT set_config($1::text, $2::text, true) AS value;
