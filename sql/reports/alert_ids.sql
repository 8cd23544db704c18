-- Ids for alerts that were opened.
-- many
-- param  n         bigint
-- column alert_id  bigint
SELECT nextval('outreach.alert_id_seq') AS alert_id
FROM generate_series(1, $1::bigint) AS i
ORDER BY alert_id;
