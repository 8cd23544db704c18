-- Results that no longer stand for a day from a run on.
-- none
-- param as_of        date
-- param run_id       bigint
-- param account_ids  bigint[]
-- param role         text
UPDATE score.account_score
SET until_run_id = $2::bigint
WHERE as_of = $1::date AND role = $4::text AND until_run_id = 9223372036854775807
  AND account_id = ANY ($3::bigint[]);
