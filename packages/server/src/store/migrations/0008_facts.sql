-- breaking: no — a new table that the previous release does not know

-- What a team states of its own contract, and what was measured: one row a statement, never changed. The newest of a
-- fact, origin and scope counts; the others are its history.
CREATE TABLE path_facts (
  number bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  id text COLLATE "C" NOT NULL UNIQUE,
  path_name text NOT NULL REFERENCES paths (name),
  fact text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('yours', 'measured')),
  value jsonb NOT NULL,
  unit text,
  scope jsonb NOT NULL,
  -- The scope as one text, whatever the order of its words.
  scope_key text NOT NULL,
  grade text NOT NULL,
  source jsonb NOT NULL,
  reviewed_by text NOT NULL,
  note text,
  at timestamptz NOT NULL,
  key_id text COLLATE "C",
  replaces text COLLATE "C"
);
CREATE INDEX path_facts_newest ON path_facts (path_name, fact, origin, scope_key, number DESC);

CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION '% is a history: add a row instead', TG_TABLE_NAME; END $$;
CREATE TRIGGER path_facts_are_a_history BEFORE UPDATE OR DELETE ON path_facts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
