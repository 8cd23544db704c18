-- One account's published days.
-- many
-- param  key           text
-- param  as_of         date
-- column as_of         date
-- column effective_bp  int null
-- column p_churn_1e9   bigint null
-- column band          text
SELECT s.as_of, s.effective_bp, s.p_churn_1e9, s.band
FROM score.account_published AS s
JOIN identity.account AS a ON a.account_id = s.account_id
WHERE a.key = $1::text AND s.as_of <= $2::date AND s.as_of > $2::date - 730
ORDER BY s.as_of;
