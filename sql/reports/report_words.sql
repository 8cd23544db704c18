-- What metrics.yaml says in other languages.
-- many
-- column language  text
-- column words     text
-- column said      text
SELECT language, words, said
FROM score.word
ORDER BY language, words;
