-- breaking: no — new tables that the previous release does not know

-- Capacity plans: a question and its answer. The process that works on one says so until `alive_until`; after that
-- nobody does, and it has to be asked again.
CREATE TABLE plans (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('waiting', 'running', 'done', 'failed')),
  progress real NOT NULL,
  request jsonb NOT NULL,
  result jsonb,
  sentence text,
  error text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  alive_until timestamptz NOT NULL
);
