-- One account's published days.
-- many
-- param  key           text
-- param  as_of         date
-- column as_of         date
-- column effective_bp  int null
-- column p_churn_1e9   bigint null
-- column band          text
SELECT p.as_of, s.effective_bp, s.p_churn_1e9, s.band
FROM score.published AS p
JOIN score.account_score AS s ON s.run_id = p.run_id AND s.as_of = p.as_of AND s.role = 'champion'
JOIN identity.account AS a ON a.account_id = s.account_id
WHERE a.key = $1::text AND p.as_of <= $2::date AND p.as_of > $2::date - 730
ORDER BY p.as_of;
