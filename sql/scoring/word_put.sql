-- A label or sentence in another language.
-- none
-- param language  text
-- param words     text
-- param said      text
INSERT INTO score.word AS w (language, words, said)
VALUES ($1::text, $2::text, $3::text)
ON CONFLICT (language, words) DO UPDATE SET said = excluded.said
WHERE w.said <> excluded.said;
