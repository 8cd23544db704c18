-- State that a party belongs to an account (null: to none) for a range of days.
-- none
-- param party_id       bigint
-- param account_id     bigint null
-- param method         text
-- param confidence_bp  int
-- param valid_from     date
-- param load_id        bigint
INSERT INTO identity.member (party_id, account_id, method, confidence_bp, valid_from, load_id)
VALUES ($1::bigint, $2::bigint, $3::text, $4::integer, $5::date, $6::bigint);
