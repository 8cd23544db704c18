-- The page of one account looks its parties up; without this it read every membership.

CREATE INDEX member_account ON identity.member (account_id);
