-- breaking: no — a table and indexes that the previous release does not know

-- Prompts that a team keeps for itself. account_id null: of the operators.
CREATE TABLE prompts (
  id text COLLATE "C" PRIMARY KEY,
  account_id text COLLATE "C" REFERENCES accounts (id),
  key_id text COLLATE "C" NOT NULL,
  title text NOT NULL,
  note text NOT NULL,
  "order" jsonb NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX prompts_by_account ON prompts (account_id, id DESC);

-- What was spent in a span of time, of one account and of all; and what else moved a posted balance.
CREATE INDEX ledger_movements ON ledger_transactions (account_id, at, number)
  WHERE kind IN ('top_up', 'adjustment', 'settle', 'refund');
CREATE INDEX ledger_spent ON ledger_transactions (at) WHERE kind IN ('settle', 'cost');

-- Deliveries that were given up, newest first.
CREATE INDEX deliveries_exhausted ON deliveries (ended_at DESC) WHERE state = 'exhausted';
