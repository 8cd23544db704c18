-- Where a key may come from, and which key another one takes the place of.

ALTER TABLE ops.api_key ADD COLUMN addresses text[] NOT NULL DEFAULT '{}' CHECK (cardinality(addresses) <= 8),
  ADD COLUMN days integer, ADD COLUMN replaces text REFERENCES ops.api_key;
COMMENT ON COLUMN ops.api_key.addresses IS 'Nets it may come from, e.g. 192.0.2.0/24; empty: from anywhere.';
COMMENT ON COLUMN ops.api_key.days IS 'Valid for so many days, as asked when it was made; a key that takes its place gets as many.';
COMMENT ON COLUMN ops.api_key.replaces IS 'The key it takes the place of, which ends soon after.';
