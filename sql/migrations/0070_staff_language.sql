-- A person without a language of their own reads the organisation's. Until now nobody could choose one.

ALTER TABLE identity.staff ALTER COLUMN language SET DEFAULT '';
UPDATE identity.staff SET language = '' WHERE language = 'en';
COMMENT ON COLUMN identity.staff.language IS 'en or ja; empty is the organisation''s.';
