-- Run the rest of the transaction as a role, for a person.
-- one
-- param  role   text
-- param  staff  text    staff_id; '' where the role sees all
-- column role   text
-- column staff  text
SELECT set_config('role', $1::text, true) AS role, set_config('kenko.staff', $2::text, true) AS staff;
