-- Run the rest of the transaction as a role.
-- one
-- param  role  text
-- column role  text
SELECT set_config('role', $1::text, true) AS role;
