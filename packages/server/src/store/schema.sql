-- The schema after all migrations. Made by tools/dump-schema.ts; never edited by hand.

CREATE TABLE accounts (
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  currency text NOT NULL,
  weight integer NOT NULL,
  max_in_flight integer,
  max_queued integer,
  retention_days integer,
  markup_basis_points integer NOT NULL,
  webhook_secret_sealed text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  routing jsonb DEFAULT '{"policy": "cheapest"}'::jsonb NOT NULL,
  previous_webhook_secret_sealed text,
  previous_webhook_until timestamp with time zone,
  CONSTRAINT accounts_pkey PRIMARY KEY (id),
  CONSTRAINT accounts_max_in_flight_check CHECK ((max_in_flight > 0)),
  CONSTRAINT accounts_max_queued_check CHECK ((max_queued > 0)),
  CONSTRAINT accounts_retention_days_check CHECK ((retention_days > 0)),
  CONSTRAINT accounts_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text]))),
  CONSTRAINT accounts_weight_check CHECK ((weight > 0))
);

CREATE TABLE alert_settings (
  account_id text COLLATE "C",
  value jsonb NOT NULL,
  CONSTRAINT alert_settings_once UNIQUE NULLS NOT DISTINCT (account_id),
  CONSTRAINT alert_settings_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
);

CREATE TABLE alert_watch (
  one boolean NOT NULL,
  due_at timestamp with time zone NOT NULL,
  lease text,
  CONSTRAINT alert_watch_pkey PRIMARY KEY (one),
  CONSTRAINT alert_watch_one_check CHECK (one)
);

CREATE TABLE alerts (
  id text COLLATE "C" NOT NULL,
  reader text COLLATE "C",
  code text NOT NULL,
  subject text,
  account_id text COLLATE "C",
  part text,
  severity text NOT NULL,
  message text NOT NULL,
  action text NOT NULL,
  since timestamp with time zone,
  first_seen_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone NOT NULL,
  raised_at timestamp with time zone,
  raised_severity text,
  told_at timestamp with time zone,
  cleared_at timestamp with time zone,
  CONSTRAINT alerts_pkey PRIMARY KEY (id),
  CONSTRAINT alerts_raised_severity_check CHECK ((raised_severity = ANY (ARRAY['critical'::text, 'warning'::text]))),
  CONSTRAINT alerts_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'warning'::text]))),
  CONSTRAINT alerts_reader_fkey FOREIGN KEY (reader) REFERENCES accounts(id)
);
CREATE INDEX alerts_by_reader ON public.alerts USING btree (reader, id DESC);
CREATE INDEX alerts_over ON public.alerts USING btree (cleared_at) WHERE (cleared_at IS NOT NULL);
CREATE UNIQUE INDEX alerts_standing ON public.alerts USING btree (reader, code, subject, account_id, part) NULLS NOT DISTINCT WHERE (cleared_at IS NULL);

CREATE TABLE answers (
  api_key_id text COLLATE "C" NOT NULL,
  request_key text COLLATE "C" NOT NULL,
  request_hash bytea NOT NULL,
  sealed text,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT answers_pkey PRIMARY KEY (api_key_id, request_key),
  CONSTRAINT answers_api_key_id_fkey FOREIGN KEY (api_key_id) REFERENCES api_keys(id)
);
CREATE INDEX answers_by_age ON public.answers USING btree (made_at);

CREATE TABLE api_keys (
  id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C",
  name text NOT NULL,
  prefix text NOT NULL,
  hash bytea NOT NULL,
  scopes text[] NOT NULL,
  budget_micros bigint,
  budget_period text NOT NULL,
  budget_used_micros bigint DEFAULT 0 NOT NULL,
  budget_since timestamp with time zone NOT NULL,
  max_in_flight integer,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  created_by text COLLATE "C",
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_hash_key UNIQUE (hash),
  CONSTRAINT api_keys_budget_micros_check CHECK ((budget_micros >= 0)),
  CONSTRAINT api_keys_budget_period_check CHECK ((budget_period = ANY (ARRAY['total'::text, 'day'::text, 'month'::text]))),
  CONSTRAINT api_keys_max_in_flight_check CHECK ((max_in_flight > 0)),
  CONSTRAINT api_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
) WITH (fillfactor=70);
CREATE INDEX api_keys_by_account ON public.api_keys USING btree (account_id, id);

CREATE TABLE assets (
  id text COLLATE "C" NOT NULL,
  task_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  attempt_id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  source_url text,
  source_expires_at timestamp with time zone,
  copy_at timestamp with time zone,
  lease text,
  tries integer DEFAULT 0 NOT NULL,
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
  flags text[] DEFAULT '{}'::text[] NOT NULL,
  created_at timestamp with time zone NOT NULL,
  stored_at timestamp with time zone,
  delete_at timestamp with time zone,
  deleted_at timestamp with time zone,
  CONSTRAINT assets_pkey PRIMARY KEY (id),
  CONSTRAINT assets_kind_check CHECK ((kind = ANY (ARRAY['video'::text, 'poster'::text]))),
  CONSTRAINT assets_state_check CHECK ((state = ANY (ARRAY['copying'::text, 'stored'::text, 'lost'::text, 'deleted'::text]))),
  CONSTRAINT assets_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(id)
) WITH (fillfactor=70);
CREATE INDEX assets_by_account ON public.assets USING btree (account_id, id DESC) WHERE (kind = 'video'::text);
CREATE INDEX assets_by_blob ON public.assets USING btree (blob_key) WHERE (blob_key IS NOT NULL);
CREATE INDEX assets_by_task ON public.assets USING btree (task_id);
CREATE INDEX assets_copying ON public.assets USING btree (source_expires_at, copy_at) WHERE (state = 'copying'::text);
CREATE INDEX assets_retention ON public.assets USING btree (delete_at) WHERE ((state = 'stored'::text) AND (delete_at IS NOT NULL));

CREATE TABLE attempts (
  id text COLLATE "C" NOT NULL,
  task_id text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  path_name text NOT NULL,
  family text NOT NULL,
  state text NOT NULL,
  sends integer DEFAULT 1 NOT NULL,
  correlation_id text NOT NULL,
  callback_token text NOT NULL,
  upstream_id text,
  handle jsonb,
  ask_at timestamp with time zone NOT NULL,
  lease text,
  poked boolean DEFAULT false NOT NULL,
  asks integer DEFAULT 0 NOT NULL,
  misses integer DEFAULT 0 NOT NULL,
  word text,
  progress smallint,
  expected_ms integer NOT NULL,
  shape text NOT NULL,
  cancel_sent_at timestamp with time zone,
  sent_at timestamp with time zone NOT NULL,
  accepted_at timestamp with time zone,
  ended_at timestamp with time zone,
  cost_unit text,
  cost_unit_micros bigint,
  cost_micros bigint,
  reason text,
  history jsonb DEFAULT '[]'::jsonb NOT NULL,
  credential_version integer DEFAULT 1 NOT NULL,
  upstream_ended_at timestamp with time zone,
  refusal_kind text,
  CONSTRAINT attempts_pkey PRIMARY KEY (id),
  CONSTRAINT attempts_callback_token_key UNIQUE (callback_token),
  CONSTRAINT attempts_correlation_id_key UNIQUE (correlation_id),
  CONSTRAINT attempts_task_id_number_key UNIQUE (task_id, number),
  CONSTRAINT attempts_state_check CHECK ((state = ANY (ARRAY['sending'::text, 'unknown'::text, 'accepted'::text, 'refused'::text, 'succeeded'::text, 'failed'::text, 'canceled'::text, 'expired'::text, 'abandoned'::text]))),
  CONSTRAINT attempts_path_name_fkey FOREIGN KEY (path_name) REFERENCES paths(name),
  CONSTRAINT attempts_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(id)
) WITH (fillfactor=60);
CREATE INDEX attempts_by_end ON public.attempts USING btree (path_name, ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX attempts_by_upstream ON public.attempts USING btree (path_name, upstream_id) WHERE (upstream_id IS NOT NULL);
CREATE INDEX attempts_occupying ON public.attempts USING btree (path_name, family) WHERE (state = ANY (ARRAY['sending'::text, 'unknown'::text, 'accepted'::text]));
CREATE INDEX attempts_to_ask ON public.attempts USING btree (path_name, ask_at) WHERE (state = 'accepted'::text);
CREATE INDEX attempts_to_find ON public.attempts USING btree (path_name, ask_at) WHERE (state = ANY (ARRAY['sending'::text, 'unknown'::text]));

CREATE TABLE balances (
  account_id text COLLATE "C" NOT NULL,
  posted_micros bigint NOT NULL,
  held_micros bigint NOT NULL,
  credit_limit_micros bigint NOT NULL,
  CONSTRAINT balances_pkey PRIMARY KEY (account_id),
  CONSTRAINT balances_check CHECK ((((posted_micros - held_micros) + credit_limit_micros) >= 0)),
  CONSTRAINT balances_credit_limit_micros_check CHECK ((credit_limit_micros >= 0)),
  CONSTRAINT balances_held_micros_check CHECK ((held_micros >= 0)),
  CONSTRAINT balances_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
) WITH (fillfactor=50);

CREATE TABLE callbacks (
  id text COLLATE "C" NOT NULL,
  path_name text NOT NULL,
  attempt_id text COLLATE "C",
  delivery_id text,
  verified boolean NOT NULL,
  word text,
  body text NOT NULL,
  received_at timestamp with time zone NOT NULL,
  upstream_id text,
  handle jsonb,
  CONSTRAINT callbacks_pkey PRIMARY KEY (id)
);
CREATE INDEX callbacks_by_attempt ON public.callbacks USING btree (attempt_id);
CREATE INDEX callbacks_by_path ON public.callbacks USING btree (path_name, received_at);
CREATE UNIQUE INDEX callbacks_once ON public.callbacks USING btree (path_name, delivery_id) WHERE (delivery_id IS NOT NULL);

CREATE TABLE checkout_events (
  id text COLLATE "C" NOT NULL,
  type text NOT NULL,
  session_id text,
  payment_intent text,
  fact jsonb NOT NULL,
  checkout_id text COLLATE "C",
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT checkout_events_pkey PRIMARY KEY (id),
  CONSTRAINT checkout_events_checkout_id_fkey FOREIGN KEY (checkout_id) REFERENCES checkouts(id)
);
CREATE INDEX checkout_events_waiting ON public.checkout_events USING btree (received_at) WHERE (checkout_id IS NULL);

CREATE TABLE checkouts (
  id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  state text NOT NULL,
  currency text NOT NULL,
  asked_micros bigint NOT NULL,
  return_base text NOT NULL,
  livemode boolean NOT NULL,
  session_id text,
  url text,
  payment_intent text,
  credited_micros bigint DEFAULT 0 NOT NULL,
  refunded_micros bigint DEFAULT 0 NOT NULL,
  taken_back_micros bigint DEFAULT 0 NOT NULL,
  disputes jsonb DEFAULT '{}'::jsonb NOT NULL,
  disputed boolean DEFAULT false NOT NULL,
  problem text,
  due_at timestamp with time zone,
  looked_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  ended_at timestamp with time zone,
  CONSTRAINT checkouts_pkey PRIMARY KEY (id),
  CONSTRAINT checkouts_session_id_key UNIQUE (session_id),
  CONSTRAINT checkouts_asked_micros_check CHECK ((asked_micros > 0)),
  CONSTRAINT checkouts_check CHECK (((taken_back_micros >= 0) AND (taken_back_micros <= credited_micros))),
  CONSTRAINT checkouts_credited_micros_check CHECK ((credited_micros >= 0)),
  CONSTRAINT checkouts_refunded_micros_check CHECK ((refunded_micros >= 0)),
  CONSTRAINT checkouts_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'paid'::text, 'expired'::text, 'failed'::text]))),
  CONSTRAINT checkouts_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
);
CREATE INDEX checkouts_by_account ON public.checkouts USING btree (account_id, id DESC);
CREATE INDEX checkouts_by_payment ON public.checkouts USING btree (payment_intent) WHERE (payment_intent IS NOT NULL);
CREATE INDEX checkouts_due ON public.checkouts USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX checkouts_open ON public.checkouts USING btree (id) WHERE (disputed OR (problem IS NOT NULL) OR (refunded_micros > 0));

CREATE TABLE deliveries (
  id text COLLATE "C" NOT NULL,
  endpoint_id text COLLATE "C",
  account_id text COLLATE "C",
  event_id text COLLATE "C" NOT NULL,
  event_type text NOT NULL,
  task_id text COLLATE "C",
  url text NOT NULL,
  state text NOT NULL,
  due_at timestamp with time zone NOT NULL,
  lease text,
  tries integer DEFAULT 0 NOT NULL,
  attempts jsonb DEFAULT '[]'::jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  format text DEFAULT 'sluice'::text NOT NULL,
  CONSTRAINT deliveries_pkey PRIMARY KEY (id),
  CONSTRAINT deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'exhausted'::text]))),
  CONSTRAINT deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES endpoints(id)
) WITH (fillfactor=60);
CREATE INDEX deliveries_by_endpoint ON public.deliveries USING btree (endpoint_id, id DESC);
CREATE INDEX deliveries_by_task ON public.deliveries USING btree (task_id) WHERE (task_id IS NOT NULL);
CREATE INDEX deliveries_due ON public.deliveries USING btree (due_at) WHERE (state = 'waiting'::text);
CREATE INDEX deliveries_exhausted ON public.deliveries USING btree (ended_at DESC) WHERE (state = 'exhausted'::text);

CREATE TABLE endpoints (
  id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C",
  url text NOT NULL,
  types text[] NOT NULL,
  description text NOT NULL,
  secret_sealed text NOT NULL,
  previous_secret_sealed text,
  previous_until timestamp with time zone,
  status text NOT NULL,
  disabled_reason text,
  failing_since timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  deleted_at timestamp with time zone,
  format text DEFAULT 'sluice'::text NOT NULL,
  url_sealed text,
  least_severity text DEFAULT 'warning'::text NOT NULL,
  CONSTRAINT endpoints_pkey PRIMARY KEY (id),
  CONSTRAINT endpoints_least_severity_check CHECK ((least_severity = ANY (ARRAY['critical'::text, 'warning'::text]))),
  CONSTRAINT endpoints_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text]))),
  CONSTRAINT endpoints_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
) WITH (fillfactor=70);
CREATE INDEX endpoints_by_account ON public.endpoints USING btree (account_id) WHERE (deleted_at IS NULL);

CREATE TABLE events (
  number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  id text COLLATE "C" NOT NULL,
  writer xid8 DEFAULT pg_current_xact_id() NOT NULL,
  account_id text COLLATE "C",
  task_id text COLLATE "C",
  type text NOT NULL,
  data jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT events_pkey PRIMARY KEY (number),
  CONSTRAINT events_id_key UNIQUE (id)
);
CREATE INDEX events_by_account ON public.events USING btree (account_id, writer, number);
CREATE INDEX events_by_task ON public.events USING btree (task_id, number) WHERE (task_id IS NOT NULL);
CREATE INDEX events_in_order ON public.events USING btree (writer, number);
CREATE UNIQUE INDEX events_one_end ON public.events USING btree (task_id) WHERE (type = ANY (ARRAY['task.completed'::text, 'task.failed'::text, 'task.cancelled'::text]));

CREATE TABLE files (
  id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  blob_key text NOT NULL,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  content_type text NOT NULL,
  width integer,
  height integer,
  duration_seconds double precision,
  frames_per_second double precision,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  deleted_at timestamp with time zone,
  CONSTRAINT files_pkey PRIMARY KEY (id),
  CONSTRAINT files_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
);
CREATE INDEX files_by_blob ON public.files USING btree (blob_key);
CREATE INDEX files_expiring ON public.files USING btree (expires_at) WHERE ((deleted_at IS NULL) AND (expires_at IS NOT NULL));

CREATE TABLE former_credentials (
  path_name text NOT NULL,
  version integer NOT NULL,
  credential_sealed text NOT NULL,
  replaced_at timestamp with time zone NOT NULL,
  refused_at timestamp with time zone,
  CONSTRAINT former_credentials_pkey PRIMARY KEY (path_name, version),
  CONSTRAINT former_credentials_path_name_fkey FOREIGN KEY (path_name) REFERENCES paths(name)
);

CREATE TABLE lanes (
  family text NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  virtual_time bigint NOT NULL,
  active boolean NOT NULL,
  CONSTRAINT lanes_pkey PRIMARY KEY (family, account_id),
  CONSTRAINT lanes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
) WITH (fillfactor=70);
CREATE INDEX lanes_active ON public.lanes USING btree (family, virtual_time, account_id) WHERE active;

CREATE TABLE ledger_transactions (
  number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  reference text NOT NULL,
  account_id text COLLATE "C",
  task_id text COLLATE "C",
  currency text NOT NULL,
  posting_accounts text[] NOT NULL,
  posting_micros bigint[] NOT NULL,
  note text,
  at timestamp with time zone NOT NULL,
  CONSTRAINT ledger_transactions_pkey PRIMARY KEY (number),
  CONSTRAINT ledger_transactions_id_key UNIQUE (id),
  CONSTRAINT ledger_transactions_reference_key UNIQUE (reference),
  CONSTRAINT ledger_transactions_check CHECK ((cardinality(posting_accounts) = cardinality(posting_micros))),
  CONSTRAINT ledger_transactions_kind_check CHECK ((kind = ANY (ARRAY['top_up'::text, 'adjustment'::text, 'hold'::text, 'settle'::text, 'release'::text, 'cost'::text, 'refund'::text]))),
  CONSTRAINT ledger_transactions_posting_micros_check CHECK (sums_to_zero(posting_micros))
);
CREATE INDEX ledger_by_account ON public.ledger_transactions USING btree (account_id, number DESC);
CREATE INDEX ledger_by_task ON public.ledger_transactions USING btree (task_id) WHERE (task_id IS NOT NULL);
CREATE INDEX ledger_movements ON public.ledger_transactions USING btree (account_id, at, number) WHERE (kind = ANY (ARRAY['top_up'::text, 'adjustment'::text, 'settle'::text, 'refund'::text]));
CREATE INDEX ledger_spent ON public.ledger_transactions USING btree (at) WHERE (kind = ANY (ARRAY['settle'::text, 'cost'::text]));
CREATE TRIGGER ledger_is_append_only BEFORE DELETE OR UPDATE ON ledger_transactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE limit_changes (
  number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  path_name text NOT NULL,
  family text NOT NULL,
  at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  configured_before integer,
  learned_before integer,
  configured integer,
  learned integer,
  occupied integer,
  CONSTRAINT limit_changes_pkey PRIMARY KEY (number),
  CONSTRAINT limit_changes_reason_check CHECK ((reason = ANY (ARRAY['begun'::text, 'set'::text, 'accepted'::text, 'refused'::text, 'quiet'::text]))),
  CONSTRAINT limit_changes_path_name_fkey FOREIGN KEY (path_name) REFERENCES paths(name)
);
CREATE INDEX limit_changes_by_limit ON public.limit_changes USING btree (path_name, family, at);

CREATE TABLE limits (
  path_name text NOT NULL,
  family text NOT NULL,
  configured integer,
  learned integer,
  probing boolean DEFAULT true NOT NULL,
  refusals bigint DEFAULT 0 NOT NULL,
  last_refusal_at timestamp with time zone,
  raise_at timestamp with time zone,
  rest_strikes integer DEFAULT 0 NOT NULL,
  rest_until timestamp with time zone,
  rest_detail text,
  CONSTRAINT limits_pkey PRIMARY KEY (path_name, family),
  CONSTRAINT limits_configured_check CHECK ((configured > 0)),
  CONSTRAINT limits_learned_check CHECK ((learned > 0)),
  CONSTRAINT limits_path_name_fkey FOREIGN KEY (path_name) REFERENCES paths(name)
) WITH (fillfactor=70);

CREATE TABLE members (
  id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C",
  name text NOT NULL,
  email text NOT NULL,
  role text NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  created_at timestamp with time zone NOT NULL,
  removed_at timestamp with time zone,
  CONSTRAINT members_pkey PRIMARY KEY (id),
  CONSTRAINT members_key_id_key UNIQUE (key_id),
  CONSTRAINT members_check CHECK (((role = 'operator'::text) = (account_id IS NULL))),
  CONSTRAINT members_role_check CHECK ((role = ANY (ARRAY['operator'::text, 'owner'::text, 'developer'::text, 'viewer'::text, 'billing'::text]))),
  CONSTRAINT members_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  CONSTRAINT members_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_keys(id)
);
CREATE INDEX members_by_account ON public.members USING btree (account_id, id DESC);

CREATE TABLE nodes (
  id text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT nodes_pkey PRIMARY KEY (id)
);

CREATE TABLE operator_actions (
  id text COLLATE "C" NOT NULL,
  key_id text COLLATE "C",
  action text NOT NULL,
  subject text NOT NULL,
  detail jsonb NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT operator_actions_pkey PRIMARY KEY (id)
);

CREATE TABLE path_facts (
  number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  id text COLLATE "C" NOT NULL,
  path_name text NOT NULL,
  fact text NOT NULL,
  origin text NOT NULL,
  value jsonb NOT NULL,
  unit text,
  scope jsonb NOT NULL,
  scope_key text NOT NULL,
  grade text NOT NULL,
  source jsonb NOT NULL,
  reviewed_by text NOT NULL,
  note text,
  at timestamp with time zone NOT NULL,
  key_id text COLLATE "C",
  replaces text COLLATE "C",
  CONSTRAINT path_facts_pkey PRIMARY KEY (number),
  CONSTRAINT path_facts_id_key UNIQUE (id),
  CONSTRAINT path_facts_origin_check CHECK ((origin = ANY (ARRAY['yours'::text, 'measured'::text]))),
  CONSTRAINT path_facts_path_name_fkey FOREIGN KEY (path_name) REFERENCES paths(name)
);
CREATE INDEX path_facts_newest ON public.path_facts USING btree (path_name, fact, origin, scope_key, number DESC);
CREATE TRIGGER path_facts_are_a_history BEFORE DELETE OR UPDATE ON path_facts FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE paths (
  name text NOT NULL,
  provider text NOT NULL,
  base_url text NOT NULL,
  credential_sealed text NOT NULL,
  settings jsonb NOT NULL,
  sandbox boolean NOT NULL,
  price_sheet text,
  state text NOT NULL,
  health text DEFAULT 'ok'::text NOT NULL,
  health_detail text,
  health_until timestamp with time zone,
  health_strikes integer DEFAULT 0 NOT NULL,
  wallet jsonb,
  wallet_read_at timestamp with time zone,
  query_tokens double precision DEFAULT 0 NOT NULL,
  query_refilled_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  lost_answer text DEFAULT 'hold'::text NOT NULL,
  regions text[] DEFAULT '{}'::text[] NOT NULL,
  watch_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
  wallet_state text DEFAULT 'ok'::text NOT NULL,
  credential_version integer DEFAULT 1 NOT NULL,
  credential_since timestamp with time zone,
  CONSTRAINT paths_pkey PRIMARY KEY (name),
  CONSTRAINT paths_health_check CHECK ((health = ANY (ARRAY['ok'::text, 'throttled'::text, 'wallet_empty'::text, 'credentials_refused'::text, 'unavailable'::text]))),
  CONSTRAINT paths_lost_answer_check CHECK ((lost_answer = ANY (ARRAY['hold'::text, 'resubmit'::text]))),
  CONSTRAINT paths_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text, 'draining'::text, 'retired'::text]))),
  CONSTRAINT paths_wallet_state_check CHECK ((wallet_state = ANY (ARRAY['ok'::text, 'low'::text, 'short'::text])))
) WITH (fillfactor=70);

CREATE TABLE plans (
  id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  progress real NOT NULL,
  request jsonb NOT NULL,
  result jsonb,
  sentence text,
  error text,
  created_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  alive_until timestamp with time zone NOT NULL,
  CONSTRAINT plans_pkey PRIMARY KEY (id),
  CONSTRAINT plans_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text])))
);

CREATE TABLE price_sheets (
  id text NOT NULL,
  sheet jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT price_sheets_pkey PRIMARY KEY (id)
);

CREATE TABLE prompts (
  id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C",
  key_id text COLLATE "C" NOT NULL,
  title text NOT NULL,
  note text NOT NULL,
  "order" jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT prompts_pkey PRIMARY KEY (id),
  CONSTRAINT prompts_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
);
CREATE INDEX prompts_by_account ON public.prompts USING btree (account_id, id DESC);

CREATE TABLE queues (
  family text NOT NULL,
  virtual_time bigint NOT NULL,
  CONSTRAINT queues_pkey PRIMARY KEY (family)
) WITH (fillfactor=50);

CREATE TABLE render_outcomes (
  path_name text NOT NULL,
  family text NOT NULL,
  outcomes boolean[] NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT render_outcomes_pkey PRIMARY KEY (path_name, family)
) WITH (fillfactor=50);

CREATE TABLE render_times (
  path_name text NOT NULL,
  shape text NOT NULL,
  samples_ms integer[] NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT render_times_pkey PRIMARY KEY (path_name, shape)
) WITH (fillfactor=50);

CREATE TABLE sessions (
  hash bytea NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT sessions_pkey PRIMARY KEY (hash),
  CONSTRAINT sessions_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_keys(id)
) WITH (fillfactor=70);
CREATE INDEX sessions_over ON public.sessions USING btree (expires_at);

CREATE TABLE settings (
  key text NOT NULL,
  value jsonb NOT NULL,
  CONSTRAINT settings_pkey PRIMARY KEY (key)
);

CREATE TABLE sign_in_links (
  hash bytea NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT sign_in_links_pkey PRIMARY KEY (hash),
  CONSTRAINT sign_in_links_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_keys(id)
);
CREATE INDEX sign_in_links_over ON public.sign_in_links USING btree (expires_at);

CREATE TABLE signing_keys (
  id text COLLATE "C" NOT NULL,
  public_key text NOT NULL,
  private_sealed text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  signs_from timestamp with time zone NOT NULL,
  CONSTRAINT signing_keys_pkey PRIMARY KEY (id)
);

CREATE TABLE task_orders (
  task_id text COLLATE "C" NOT NULL,
  "order" jsonb NOT NULL,
  price jsonb NOT NULL,
  route jsonb NOT NULL,
  metadata jsonb NOT NULL,
  callback_url text,
  start_by timestamp with time zone,
  finish_by timestamp with time zone,
  deadline_at timestamp with time zone NOT NULL,
  reruns_most smallint DEFAULT 0 NOT NULL,
  door text,
  client_words jsonb,
  removed_at timestamp with time zone,
  promise jsonb,
  CONSTRAINT task_orders_pkey PRIMARY KEY (task_id),
  CONSTRAINT task_orders_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks(id)
);
CREATE INDEX task_orders_external_id ON public.task_orders USING btree (((client_words ->> 'external_task_id'::text))) WHERE ((client_words ->> 'external_task_id'::text) IS NOT NULL);

CREATE TABLE tasks (
  id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  model text NOT NULL,
  family text NOT NULL,
  state text NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  priority smallint NOT NULL,
  path_names text[] NOT NULL,
  path_name text,
  attempt_id text COLLATE "C",
  attempts integer DEFAULT 0 NOT NULL,
  sandbox boolean NOT NULL,
  slot_ms integer NOT NULL,
  shape text NOT NULL,
  not_before timestamp with time zone,
  expires_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  lease text,
  cancel_requested_at timestamp with time zone,
  outcome text,
  error_code text,
  error_message text,
  error_upstream_code text,
  hold_micros bigint NOT NULL,
  charge_micros bigint,
  request_key text,
  request_hash bytea NOT NULL,
  batch_id text COLLATE "C",
  answered boolean DEFAULT false NOT NULL,
  created_at timestamp with time zone NOT NULL,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  reruns smallint DEFAULT 0 NOT NULL,
  CONSTRAINT tasks_pkey PRIMARY KEY (id),
  CONSTRAINT tasks_charge_micros_check CHECK ((charge_micros >= 0)),
  CONSTRAINT tasks_check CHECK (((charge_micros IS NULL) OR (charge_micros <= hold_micros))),
  CONSTRAINT tasks_check1 CHECK (((state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'canceled'::text])) = (finished_at IS NOT NULL))),
  CONSTRAINT tasks_hold_micros_check CHECK ((hold_micros >= 0)),
  CONSTRAINT tasks_outcome_check CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'failed'::text, 'canceled'::text]))),
  CONSTRAINT tasks_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'saving'::text, 'settling'::text, 'succeeded'::text, 'failed'::text, 'canceled'::text]))),
  CONSTRAINT tasks_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id)
) WITH (fillfactor=60);
CREATE INDEX tasks_by_account ON public.tasks USING btree (account_id, id DESC);
CREATE INDEX tasks_by_batch ON public.tasks USING btree (batch_id) WHERE (batch_id IS NOT NULL);
CREATE INDEX tasks_by_request_hash ON public.tasks USING btree (key_id, request_hash, id DESC) WHERE (request_key IS NULL);
CREATE UNIQUE INDEX tasks_by_request_key ON public.tasks USING btree (key_id, request_key) WHERE (request_key IS NOT NULL);
CREATE INDEX tasks_expiring ON public.tasks USING btree (expires_at) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text, 'saving'::text]));
CREATE INDEX tasks_running ON public.tasks USING btree (account_id, key_id) WHERE (state = 'running'::text);
CREATE INDEX tasks_settling ON public.tasks USING btree (due_at) WHERE (state = 'settling'::text);
CREATE INDEX tasks_waiting ON public.tasks USING btree (family, account_id, priority DESC, id) WHERE (state = 'queued'::text);

CREATE TABLE verifications (
  id text COLLATE "C" NOT NULL,
  path_name text NOT NULL,
  state text NOT NULL,
  account_id text COLLATE "C",
  api_key_id text COLLATE "C",
  record jsonb NOT NULL,
  due_at timestamp with time zone,
  lease text,
  created_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT verifications_pkey PRIMARY KEY (id),
  CONSTRAINT verifications_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'running'::text, 'stopping'::text, 'done'::text, 'stopped'::text]))),
  CONSTRAINT verifications_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  CONSTRAINT verifications_api_key_id_fkey FOREIGN KEY (api_key_id) REFERENCES api_keys(id),
  CONSTRAINT verifications_path_name_fkey FOREIGN KEY (path_name) REFERENCES paths(name)
);
CREATE INDEX verifications_by_path ON public.verifications USING btree (path_name, id DESC);
CREATE INDEX verifications_due ON public.verifications USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE VIEW postings AS
 SELECT t.number,
    t.id AS transaction_id,
    t.kind,
    t.reference,
    t.task_id,
    t.at,
    t.currency,
    p.account,
    p.micros,
    p."position"
   FROM ledger_transactions t,
    LATERAL UNNEST(t.posting_accounts, t.posting_micros) WITH ORDINALITY p(account, micros, "position");

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'the ledger is append-only: correct it with a new transaction'; END $function$;

CREATE OR REPLACE FUNCTION public.refuse_rewriting()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN RAISE EXCEPTION '% is a history: add a row instead', TG_TABLE_NAME; END $function$;

CREATE OR REPLACE FUNCTION public.sums_to_zero(amounts bigint[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$ SELECT sum(amount) = 0 AND count(*) >= 2 FROM unnest(amounts) AS amount $function$;
