-- breaking: no — only new tables and an index, which the previous release does not know

-- A person: acts by a key row of their own, so that budgets, limits and audit are those of keys. account_id null: one
-- who runs the installation.
CREATE TABLE members (
  id text COLLATE "C" PRIMARY KEY,
  account_id text COLLATE "C" REFERENCES accounts (id),
  name text NOT NULL,
  email text NOT NULL,
  role text NOT NULL CHECK (role IN ('operator', 'owner', 'developer', 'viewer', 'billing')),
  key_id text COLLATE "C" NOT NULL UNIQUE REFERENCES api_keys (id),
  created_at timestamptz NOT NULL,
  removed_at timestamptz,
  CHECK ((role = 'operator') = (account_id IS NULL))
);
CREATE INDEX members_by_account ON members (account_id, id DESC);

-- A one-time way in, kept as a hash. Whoever brings the token gets a session of this key.
CREATE TABLE sign_in_links (
  hash bytea PRIMARY KEY,
  key_id text COLLATE "C" NOT NULL REFERENCES api_keys (id),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX sign_in_links_over ON sign_in_links (expires_at);

-- A browser that is signed in, kept as the hash of its cookie. Its rights are those of the key, as they are now.
CREATE TABLE sessions (
  hash bytea PRIMARY KEY,
  key_id text COLLATE "C" NOT NULL REFERENCES api_keys (id),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  ended_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX sessions_over ON sessions (expires_at);

-- The newest clips of an account, for the console's gate.
CREATE INDEX assets_by_account ON assets (account_id, id DESC) WHERE kind = 'video';
