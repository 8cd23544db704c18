-- Make the subjects that are seen for the first time; a person who is erased is one by the pseudonym.
-- none
-- param by     text
-- param names  text[]
INSERT INTO warehouse.subject (by, name)
SELECT $1::text, k.name
FROM unnest($2::text[]) AS u(name)
CROSS JOIN LATERAL (
  SELECT CASE WHEN (SELECT EXISTS (SELECT FROM ops.erasure)) AND ops.is_erased(u.name) THEN ops.pseudonym(u.name)
    ELSE u.name END AS name
) AS k
ORDER BY k.name
ON CONFLICT (by, name) DO NOTHING;
