-- breaking: no — tables and a scope that an older process does not use

-- Top-ups by card, one row each, written before the payment service is asked. What was paid and what was taken back is
-- in the ledger; the sums here say how much of it, so that each is booked once.
CREATE TABLE checkouts (
  id text COLLATE "C" PRIMARY KEY,
  account_id text COLLATE "C" NOT NULL REFERENCES accounts (id),
  key_id text COLLATE "C" NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'paid', 'expired', 'failed')),
  currency text NOT NULL,
  asked_micros bigint NOT NULL CHECK (asked_micros > 0),
  -- Where the payer comes back to: part of the question, which is repeated word for word after a lost answer.
  return_base text NOT NULL,
  livemode boolean NOT NULL,
  session_id text UNIQUE,
  url text,
  payment_intent text,
  credited_micros bigint NOT NULL DEFAULT 0 CHECK (credited_micros >= 0),
  refunded_micros bigint NOT NULL DEFAULT 0 CHECK (refunded_micros >= 0),
  taken_back_micros bigint NOT NULL DEFAULT 0 CHECK (taken_back_micros BETWEEN 0 AND credited_micros),
  disputes jsonb NOT NULL DEFAULT '{}',
  disputed boolean NOT NULL DEFAULT false,
  problem text,
  -- When to ask next by itself; null: nothing is open.
  due_at timestamptz,
  looked_at timestamptz,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  ended_at timestamptz
);
CREATE INDEX checkouts_by_account ON checkouts (account_id, id DESC);
CREATE INDEX checkouts_by_payment ON checkouts (payment_intent) WHERE payment_intent IS NOT NULL;
CREATE INDEX checkouts_due ON checkouts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX checkouts_open ON checkouts (id) WHERE disputed OR problem IS NOT NULL OR refunded_micros > 0;

-- What the payment service told us, once each. Without a checkout: told before we knew whose it is, or none of ours.
CREATE TABLE checkout_events (
  id text COLLATE "C" PRIMARY KEY,
  type text NOT NULL,
  session_id text,
  payment_intent text,
  fact jsonb NOT NULL,
  checkout_id text COLLATE "C" REFERENCES checkouts (id),
  received_at timestamptz NOT NULL
);
CREATE INDEX checkout_events_waiting ON checkout_events (received_at) WHERE checkout_id IS NULL;

-- Who pays may pay by card: the members whose role it is.
UPDATE api_keys k SET scopes = array_append(k.scopes, 'billing:write')
FROM members m WHERE m.key_id = k.id AND m.role IN ('owner', 'billing') AND NOT 'billing:write' = ANY (k.scopes);
