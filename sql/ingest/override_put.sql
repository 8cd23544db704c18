-- A person's word over an account's health.
-- none
-- param account_id  bigint
-- param kind        text    cap, floor or set
-- param value_bp    int
-- param reason      text
-- param author      text
-- param valid_from  date
-- param expires_on  date    day after the last
-- param load_id     bigint
INSERT INTO outreach.override (account_id, kind, value_bp, reason, author, valid_from, expires_on, load_id)
VALUES ($1::bigint, $2::text, $3::integer, $4::text, $5::text, $6::date, $7::date, $8::bigint);
