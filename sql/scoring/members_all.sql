-- Every statement on membership, oldest first.
-- many
-- column party_id    bigint
-- column account_id  bigint null
-- column valid_from  date
-- column valid_to    date
-- column load_id     bigint
SELECT m.party_id, m.account_id, m.valid_from, m.valid_to, m.load_id
FROM identity.member AS m
JOIN ops.load AS l ON l.load_id = m.load_id
WHERE l.commit_no IS NOT NULL
ORDER BY m.party_id, l.commit_no, m.member_id;
