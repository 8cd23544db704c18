-- Sentiment that expires soon or did: what CSMs have to say anew, the most ARR first.
-- many shown
-- param  days      int null   It expires within so many; 14 when nothing is said.
-- param  owner     text null  Mail address of an owner; all when nothing is said.
-- param  max_rows  int null   Rows at most; 1000 when nothing is said.
-- column account     text         Key of the account.
-- column name        text null    Its name.
-- column owner       text null    Who looks after it.
-- column value       bigint       1 (worst) to 5.
-- column set_on      date         When it was said.
-- column expires_on  date         It does not count from this day on.
-- column days_left   int          Days until then; 0 or less is expired.
-- column band        text null    Band of its health.
-- column arr         double null  ARR.
SELECT s.account_key AS account, s.account_name AS name, s.owner_email AS owner, s.value, s.set_on, s.expires_on,
  s.days_left, s.band, s.arr::double precision AS arr
FROM bi.sentiment_current AS s
WHERE s.days_left <= coalesce($1::int, 14) AND s.arr IS NOT NULL AND ($2::text IS NULL OR s.owner_email = $2::text)
ORDER BY s.arr DESC NULLS LAST, s.account_key
LIMIT coalesce($3::int, 1000);
