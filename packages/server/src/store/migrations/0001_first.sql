-- breaking: no — the first schema.
-- Times are handed in as parameters; nothing here asks the database for the time of day.
-- Ids are text with a prefix (UUIDv7), compared bytewise so that they sort by creation.

CREATE TABLE settings (
  key text PRIMARY KEY,
  value jsonb NOT NULL
);

-- One row per running gateway process; seen_at is its heartbeat.
CREATE TABLE nodes (
  id text PRIMARY KEY,
  started_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL
);

CREATE TABLE accounts (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'suspended')),
  currency text NOT NULL,
  weight integer NOT NULL CHECK (weight > 0),
  max_in_flight integer CHECK (max_in_flight > 0),
  max_queued integer CHECK (max_queued > 0),
  retention_days integer CHECK (retention_days > 0),
  markup_basis_points integer NOT NULL,
  webhook_secret_sealed text NOT NULL,
  created_at timestamptz NOT NULL
);

-- The running sums of an account's postings, kept in the transaction that posts. The CHECK is promise I2: at every
-- committed point the available balance covers what is held, down to the credit limit.
CREATE TABLE balances (
  account_id text COLLATE "C" PRIMARY KEY REFERENCES accounts (id),
  posted_micros bigint NOT NULL,
  held_micros bigint NOT NULL CHECK (held_micros >= 0),
  credit_limit_micros bigint NOT NULL CHECK (credit_limit_micros >= 0),
  CHECK (posted_micros - held_micros + credit_limit_micros >= 0)
) WITH (fillfactor = 50);

CREATE TABLE api_keys (
  id text COLLATE "C" PRIMARY KEY,
  account_id text COLLATE "C" REFERENCES accounts (id),
  name text NOT NULL,
  prefix text NOT NULL,
  hash bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  budget_micros bigint CHECK (budget_micros >= 0),
  budget_period text NOT NULL CHECK (budget_period IN ('total', 'day', 'month')),
  budget_used_micros bigint NOT NULL DEFAULT 0,
  budget_since timestamptz NOT NULL,
  max_in_flight integer CHECK (max_in_flight > 0),
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX api_keys_by_account ON api_keys (account_id, id);

CREATE TABLE price_sheets (
  id text PRIMARY KEY,
  sheet jsonb NOT NULL,
  created_at timestamptz NOT NULL
);

-- Access paths. Health is what upstream answers taught us; state is what the operator wants.
CREATE TABLE paths (
  name text PRIMARY KEY,
  provider text NOT NULL,
  base_url text NOT NULL,
  credential_sealed text NOT NULL,
  settings jsonb NOT NULL,
  sandbox boolean NOT NULL,
  price_sheet text,
  state text NOT NULL CHECK (state IN ('active', 'paused', 'draining', 'retired')),
  health text NOT NULL DEFAULT 'ok'
    CHECK (health IN ('ok', 'throttled', 'wallet_empty', 'credentials_refused', 'unavailable')),
  health_detail text,
  health_until timestamptz,
  health_strikes integer NOT NULL DEFAULT 0,
  wallet jsonb,
  wallet_read_at timestamptz,
  -- Token bucket of status queries, shared by all nodes.
  query_tokens double precision NOT NULL DEFAULT 0,
  query_refilled_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL
) WITH (fillfactor = 70);

-- How many slots a path has for a family of models. Occupied slots are never counted here: they are the attempts
-- in state sending, unknown or accepted. Admission of a path × family is serialised by locking this row.
CREATE TABLE limits (
  path_name text NOT NULL REFERENCES paths (name),
  family text NOT NULL,
  configured integer CHECK (configured > 0),
  learned integer CHECK (learned > 0),
  -- While this grows, nobody has refused us yet.
  probing boolean NOT NULL DEFAULT true,
  refusals bigint NOT NULL DEFAULT 0,
  last_refusal_at timestamptz,
  raise_at timestamptz,
  PRIMARY KEY (path_name, family)
) WITH (fillfactor = 70);

-- Virtual time of each family's queue: the tag of the account that was served last.
CREATE TABLE queues (
  family text PRIMARY KEY,
  virtual_time bigint NOT NULL
) WITH (fillfactor = 50);

-- One row per family × account that ever queued: its own virtual time, and whether it may have waiting tasks.
CREATE TABLE lanes (
  family text NOT NULL,
  account_id text COLLATE "C" NOT NULL REFERENCES accounts (id),
  virtual_time bigint NOT NULL,
  active boolean NOT NULL,
  PRIMARY KEY (family, account_id)
) WITH (fillfactor = 70);
CREATE INDEX lanes_active ON lanes (family, virtual_time, account_id) WHERE active;

-- The hot row: what the loops read and write. Everything that only people read is in task_orders.
CREATE TABLE tasks (
  id text COLLATE "C" PRIMARY KEY,
  account_id text COLLATE "C" NOT NULL REFERENCES accounts (id),
  key_id text COLLATE "C" NOT NULL,
  model text NOT NULL,
  family text NOT NULL,
  state text NOT NULL
    CHECK (state IN ('queued', 'running', 'saving', 'settling', 'succeeded', 'failed', 'canceled')),
  version integer NOT NULL DEFAULT 1,
  priority smallint NOT NULL,
  -- Paths that can do this order; a pinned task has one.
  path_names text[] NOT NULL,
  path_name text,
  attempt_id text COLLATE "C",
  attempts integer NOT NULL DEFAULT 0,
  sandbox boolean NOT NULL,
  -- Expected time in a slot: what one admission costs its account in virtual time.
  slot_ms integer NOT NULL,
  -- Which orders are comparable for render times.
  shape text NOT NULL,
  not_before timestamptz,
  expires_at timestamptz NOT NULL,
  due_at timestamptz,
  lease text,
  cancel_requested_at timestamptz,
  outcome text CHECK (outcome IN ('succeeded', 'failed', 'canceled')),
  error_code text,
  error_message text,
  error_upstream_code text,
  hold_micros bigint NOT NULL CHECK (hold_micros >= 0),
  charge_micros bigint CHECK (charge_micros >= 0),
  request_key text,
  request_hash bytea NOT NULL,
  batch_id text COLLATE "C",
  -- Whether the answer to the creating request reached its client, as far as we know.
  answered boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  CHECK (charge_micros IS NULL OR charge_micros <= hold_micros),
  CHECK ((state IN ('succeeded', 'failed', 'canceled')) = (finished_at IS NOT NULL))
) WITH (fillfactor = 60);
CREATE INDEX tasks_waiting ON tasks (family, account_id, priority DESC, id) WHERE state = 'queued';
CREATE INDEX tasks_expiring ON tasks (expires_at) WHERE state IN ('queued', 'running', 'saving');
CREATE INDEX tasks_settling ON tasks (due_at) WHERE state = 'settling';
CREATE INDEX tasks_running ON tasks (account_id, key_id) WHERE state = 'running';
CREATE INDEX tasks_by_account ON tasks (account_id, id DESC);
CREATE UNIQUE INDEX tasks_by_request_key ON tasks (key_id, request_key) WHERE request_key IS NOT NULL;
CREATE INDEX tasks_by_request_hash ON tasks (key_id, request_hash, id DESC) WHERE request_key IS NULL;
CREATE INDEX tasks_by_batch ON tasks (batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE task_orders (
  task_id text COLLATE "C" PRIMARY KEY REFERENCES tasks (id),
  "order" jsonb NOT NULL,
  price jsonb NOT NULL,
  route jsonb NOT NULL,
  metadata jsonb NOT NULL,
  callback_url text,
  start_by timestamptz,
  finish_by timestamptz,
  deadline_at timestamptz NOT NULL
);

-- One submission to one path, written before the request leaves. It outlives its task when the task ends first:
-- the slot and the upstream's bill are real until the upstream says otherwise.
CREATE TABLE attempts (
  id text COLLATE "C" PRIMARY KEY,
  task_id text COLLATE "C" NOT NULL REFERENCES tasks (id),
  number integer NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  path_name text NOT NULL REFERENCES paths (name),
  family text NOT NULL,
  state text NOT NULL CHECK (state IN
    ('sending', 'unknown', 'accepted', 'refused', 'succeeded', 'failed', 'canceled', 'expired', 'abandoned')),
  -- Times this same attempt was sent: 1, or more after a lookup proved that the earlier send never arrived.
  sends integer NOT NULL DEFAULT 1,
  correlation_id text NOT NULL UNIQUE,
  callback_token text NOT NULL UNIQUE,
  upstream_id text,
  handle jsonb,
  -- When to ask the upstream next (accepted: poll; unknown: lookup; sending: presumed dead).
  ask_at timestamptz NOT NULL,
  lease text,
  poked boolean NOT NULL DEFAULT false,
  asks integer NOT NULL DEFAULT 0,
  misses integer NOT NULL DEFAULT 0,
  word text,
  progress smallint,
  expected_ms integer NOT NULL,
  shape text NOT NULL,
  cancel_sent_at timestamptz,
  sent_at timestamptz NOT NULL,
  accepted_at timestamptz,
  ended_at timestamptz,
  cost_unit text,
  cost_unit_micros bigint,
  cost_micros bigint,
  reason text,
  history jsonb NOT NULL DEFAULT '[]',
  UNIQUE (task_id, number)
) WITH (fillfactor = 60);
CREATE INDEX attempts_occupying ON attempts (path_name, family) WHERE state IN ('sending', 'unknown', 'accepted');
CREATE INDEX attempts_to_ask ON attempts (path_name, ask_at) WHERE state = 'accepted';
CREATE INDEX attempts_to_find ON attempts (path_name, ask_at) WHERE state IN ('sending', 'unknown');
CREATE INDEX attempts_by_upstream ON attempts (path_name, upstream_id) WHERE upstream_id IS NOT NULL;

-- Callbacks as they arrived, committed before we answer 2xx. They only ever hasten the next question.
CREATE TABLE callbacks (
  id text COLLATE "C" PRIMARY KEY,
  path_name text NOT NULL,
  attempt_id text COLLATE "C",
  delivery_id text,
  verified boolean NOT NULL,
  word text,
  body text NOT NULL,
  received_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX callbacks_once ON callbacks (path_name, delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX callbacks_by_attempt ON callbacks (attempt_id);
CREATE INDEX callbacks_by_path ON callbacks (path_name, received_at);

-- Measured render times by path and shape of order, newest last; what polling and forecasts read.
CREATE TABLE render_times (
  path_name text NOT NULL,
  shape text NOT NULL,
  samples_ms integer[] NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (path_name, shape)
) WITH (fillfactor = 50);

CREATE TABLE assets (
  id text COLLATE "C" PRIMARY KEY,
  task_id text COLLATE "C" NOT NULL REFERENCES tasks (id),
  account_id text COLLATE "C" NOT NULL,
  attempt_id text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK (kind IN ('video', 'poster')),
  state text NOT NULL CHECK (state IN ('copying', 'stored', 'lost', 'deleted')),
  source_url text,
  source_expires_at timestamptz,
  copy_at timestamptz,
  lease text,
  tries integer NOT NULL DEFAULT 0,
  last_error text,
  blob_key text,
  bytes bigint,
  sha256 text,
  content_type text,
  width integer,
  height integer,
  duration_seconds double precision,
  video_codec text,
  audio_codec text,
  flags text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  stored_at timestamptz,
  delete_at timestamptz,
  deleted_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX assets_copying ON assets (source_expires_at NULLS LAST, copy_at) WHERE state = 'copying';
CREATE INDEX assets_by_task ON assets (task_id);
CREATE INDEX assets_by_blob ON assets (blob_key) WHERE blob_key IS NOT NULL;
CREATE INDEX assets_retention ON assets (delete_at) WHERE state = 'stored' AND delete_at IS NOT NULL;

CREATE TABLE files (
  id text COLLATE "C" PRIMARY KEY,
  account_id text COLLATE "C" NOT NULL REFERENCES accounts (id),
  blob_key text NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  content_type text NOT NULL,
  width integer,
  height integer,
  duration_seconds double precision,
  frames_per_second double precision,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  deleted_at timestamptz
);
CREATE INDEX files_by_blob ON files (blob_key);
CREATE INDEX files_expiring ON files (expires_at) WHERE deleted_at IS NULL AND expires_at IS NOT NULL;

-- The book. One row is one transaction; its postings are two parallel arrays (a row each in the view below), so that a
-- transaction can neither be half written nor out of balance. Debit is positive.
CREATE FUNCTION sums_to_zero(amounts bigint[]) RETURNS boolean
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT sum(amount) = 0 AND count(*) >= 2 FROM unnest(amounts) AS amount $$;

CREATE TABLE ledger_transactions (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  kind text NOT NULL
    CHECK (kind IN ('top_up', 'adjustment', 'hold', 'settle', 'release', 'cost', 'refund')),
  -- What can happen once happens under one reference: hold:<task>, end:<task> (settle or release), cost:<attempt>.
  reference text NOT NULL UNIQUE,
  account_id text COLLATE "C",
  task_id text COLLATE "C",
  currency text NOT NULL,
  posting_accounts text[] NOT NULL,
  posting_micros bigint[] NOT NULL,
  note text,
  at timestamptz NOT NULL,
  CHECK (cardinality(posting_accounts) = cardinality(posting_micros)),
  CHECK (sums_to_zero(posting_micros))
);
CREATE INDEX ledger_by_account ON ledger_transactions (account_id, number DESC);
CREATE INDEX ledger_by_task ON ledger_transactions (task_id) WHERE task_id IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN RAISE EXCEPTION 'the ledger is append-only: correct it with a new transaction'; END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON ledger_transactions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW postings AS
  SELECT t.number, t.id AS transaction_id, t.kind, t.reference, t.task_id, t.at, t.currency,
         p.account, p.micros, p.position
  FROM ledger_transactions t,
       unnest(t.posting_accounts, t.posting_micros) WITH ORDINALITY AS p (account, micros, position);

-- What happened, for webhooks and streams. Readers go up to the oldest transaction still running (see writer), so an
-- event that commits late is never skipped.
CREATE TABLE events (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  writer xid8 NOT NULL DEFAULT pg_current_xact_id(),
  account_id text COLLATE "C",
  task_id text COLLATE "C",
  type text NOT NULL,
  data jsonb NOT NULL,
  created_at timestamptz NOT NULL
);
-- Readers go in the order (writer, number): all events of a writer below the horizon are there for good.
CREATE INDEX events_in_order ON events (writer, number);
CREATE INDEX events_by_account ON events (account_id, writer, number);
CREATE INDEX events_by_task ON events (task_id, number) WHERE task_id IS NOT NULL;
-- Promise I11: one terminal event per task.
CREATE UNIQUE INDEX events_one_end ON events (task_id)
  WHERE type IN ('task.completed', 'task.failed', 'task.cancelled');

CREATE TABLE endpoints (
  id text COLLATE "C" PRIMARY KEY,
  account_id text COLLATE "C" NOT NULL REFERENCES accounts (id),
  url text NOT NULL,
  types text[] NOT NULL,
  description text NOT NULL,
  secret_sealed text NOT NULL,
  previous_secret_sealed text,
  previous_until timestamptz,
  status text NOT NULL CHECK (status IN ('enabled', 'disabled')),
  disabled_reason text,
  failing_since timestamptz,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX endpoints_by_account ON endpoints (account_id) WHERE deleted_at IS NULL;

-- One event to one endpoint (or to the callback address of its task, then endpoint_id is null).
CREATE TABLE deliveries (
  id text COLLATE "C" PRIMARY KEY,
  endpoint_id text COLLATE "C" REFERENCES endpoints (id),
  account_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  event_type text NOT NULL,
  task_id text COLLATE "C",
  url text NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'exhausted')),
  due_at timestamptz NOT NULL,
  lease text,
  tries integer NOT NULL DEFAULT 0,
  attempts jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz NOT NULL,
  ended_at timestamptz
) WITH (fillfactor = 60);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, id DESC);
CREATE INDEX deliveries_by_task ON deliveries (task_id) WHERE task_id IS NOT NULL;

-- What operators did by hand, with their reason.
CREATE TABLE operator_actions (
  id text COLLATE "C" PRIMARY KEY,
  key_id text COLLATE "C",
  action text NOT NULL,
  subject text NOT NULL,
  detail jsonb NOT NULL,
  at timestamptz NOT NULL
);
