-- The subjects behind names; behind that of a person who is erased stands the pseudonym.
-- many
-- param  by          text
-- param  names       text[]
-- column name        text
-- column subject_id  bigint
SELECT u.name, s.subject_id
FROM unnest($2::text[]) AS u(name)
JOIN warehouse.subject AS s ON s.by = $1::text AND s.name =
  CASE WHEN (SELECT EXISTS (SELECT FROM ops.erasure)) AND ops.is_erased(u.name) THEN ops.pseudonym(u.name) ELSE u.name END
ORDER BY u.name;
