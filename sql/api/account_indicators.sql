-- Flags of an account with the days they were set and cleared.
-- many shown
-- param  account_id  bigint
-- column indicator       text    Its name.
-- column label           text    Shown name.
-- column label_ja        text    The same in Japanese.
-- column kind            text    risk or opportunity.
-- column set_on          date null    Since when.
-- column cleared_on      date null    Until when; null: it is set.
-- column value_when_set  double null    Value of the metric then.
-- column value_last      double null    Value of the last day.
SELECT i.indicator, i.label, i.label_ja, i.kind, i.set_on, i.cleared_on, i.value_when_set, i.value_last
FROM bi.indicator AS i
WHERE i.account_id = $1::bigint
ORDER BY i.set_on DESC, i.indicator
LIMIT 1000;
