-- Run the rest of the session as a role.
-- one
-- param  role  text
-- column role  text
SELECT set_config('role', $1::text, false) AS role;
