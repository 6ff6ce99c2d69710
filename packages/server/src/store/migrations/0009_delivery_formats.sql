-- breaking: no — new columns have defaults or may be null, and the previous release writes and sends its own format

-- In whose words an event is told: ours, or those of the protocol whose client listens there.
ALTER TABLE endpoints ADD COLUMN format text NOT NULL DEFAULT 'sluice';
ALTER TABLE deliveries ADD COLUMN format text NOT NULL DEFAULT 'sluice';

-- After a rotation of the secret for one-off addresses, the old one keeps signing beside the new one until then.
ALTER TABLE accounts ADD COLUMN previous_webhook_secret_sealed text;
ALTER TABLE accounts ADD COLUMN previous_webhook_until timestamptz;

-- ED25519 keys of this installation for protocols whose receivers check against published keys. A key is published
-- before it signs, because receivers keep what they read for a day.
CREATE TABLE signing_keys (
  id text COLLATE "C" PRIMARY KEY,
  public_key text NOT NULL,
  private_sealed text NOT NULL,
  created_at timestamptz NOT NULL,
  signs_from timestamptz NOT NULL
);
