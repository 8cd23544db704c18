-- Write a load's counters; they must reconcile.
-- none
-- param load_id         bigint
-- param read_count      bigint
-- param loaded          bigint
-- param duplicate       bigint
-- param ignored         bigint
-- param rejected        bigint
-- param rounded         bigint
-- param replaced_chars  bigint
-- param to_offset       bigint
-- param first_day       date null
-- param last_day        date null
UPDATE ops.load
SET read_count = $2::bigint, loaded = $3::bigint, duplicate = $4::bigint, ignored = $5::bigint,
  rejected = $6::bigint, rounded = $7::bigint, replaced_chars = $8::bigint, to_offset = $9::bigint,
  first_day = $10::date, last_day = $11::date
WHERE load_id = $1::bigint;
