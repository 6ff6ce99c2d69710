-- breaking: no — a new table that the previous release does not know

-- Active verifications of paths: what was planned and agreed to, how far each step is, and the sample link that is
-- watched until it dies. The orders themselves are ordinary tasks of the account.
CREATE TABLE verifications (
  id text COLLATE "C" PRIMARY KEY,
  path_name text NOT NULL REFERENCES paths (name),
  state text NOT NULL CHECK (state IN ('planned', 'running', 'stopping', 'done', 'stopped')),
  account_id text COLLATE "C" REFERENCES accounts (id),
  api_key_id text COLLATE "C" REFERENCES api_keys (id),
  record jsonb NOT NULL,
  -- Null: nothing is left to do.
  due_at timestamptz,
  lease text,
  created_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX verifications_by_path ON verifications (path_name, id DESC);
CREATE INDEX verifications_due ON verifications (due_at) WHERE due_at IS NOT NULL;
