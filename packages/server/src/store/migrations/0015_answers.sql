-- breaking: no — a new table that the previous release does not know

-- Answers to creates under an Idempotency-Key, kept for a day for the client whose answer was lost. Sealed with the
-- installation's key, because some of them hold a secret that is shown once. Written by the transaction that creates.
CREATE TABLE answers (
  api_key_id text COLLATE "C" NOT NULL REFERENCES api_keys (id),
  request_key text COLLATE "C" NOT NULL,
  request_hash bytea NOT NULL,
  -- Null only within the transaction that creates.
  sealed text,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (api_key_id, request_key)
);
CREATE INDEX answers_by_age ON answers (made_at);
