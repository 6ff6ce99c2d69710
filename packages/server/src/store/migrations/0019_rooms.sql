-- breaking: no — an older process shows no endpoint without an account, and leaves its deliveries to the next look

-- An endpoint without an account is the installation's: there its operators are told what needs them.
ALTER TABLE endpoints ALTER COLUMN account_id DROP NOT NULL;
ALTER TABLE deliveries ALTER COLUMN account_id DROP NOT NULL;

-- The address of a chat room is its credential: it is sealed, and `url` is what may be shown of it, here and in the
-- deliveries that go there.
ALTER TABLE endpoints ADD COLUMN url_sealed text;

-- Alerts that are less severe are not told there.
ALTER TABLE endpoints ADD COLUMN least_severity text NOT NULL DEFAULT 'warning'
  CHECK (least_severity IN ('critical', 'warning'));
