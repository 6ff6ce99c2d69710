-- breaking: no — new tables that the previous release does not know

-- What needed a person, and who was told of it when. One row from the first look that found it to the one that found it
-- over for good; a row that is over is kept for 90 days. Written by whoever holds the watch.
CREATE TABLE alerts (
  id text COLLATE "C" PRIMARY KEY,
  -- Whose alert it is: an account's people, or the operators (null).
  reader text COLLATE "C" REFERENCES accounts (id),
  -- What it is about. `part` tells apart what has the same subject: a model family, an earlier credential.
  code text NOT NULL,
  subject text,
  account_id text COLLATE "C",
  part text,
  severity text NOT NULL CHECK (severity IN ('critical', 'warning')),
  message text NOT NULL,
  action text NOT NULL,
  since timestamptz,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  -- Null: nobody was told; it has not stood for long enough.
  raised_at timestamptz,
  raised_severity text CHECK (raised_severity IN ('critical', 'warning')),
  -- The last time, reminders included.
  told_at timestamptz,
  cleared_at timestamptz
);
CREATE UNIQUE INDEX alerts_standing ON alerts (reader, code, subject, account_id, part) NULLS NOT DISTINCT
  WHERE cleared_at IS NULL;
CREATE INDEX alerts_over ON alerts (cleared_at) WHERE cleared_at IS NOT NULL;
CREATE INDEX alerts_by_reader ON alerts (reader, id DESC);

-- Who looks, one process at a time: a row at most.
CREATE TABLE alert_watch (
  one boolean PRIMARY KEY CHECK (one),
  due_at timestamptz NOT NULL,
  lease text
);

-- When an alert is one, by the operators (account null) or by the people of an account: only what they set themselves.
CREATE TABLE alert_settings (
  account_id text COLLATE "C" REFERENCES accounts (id),
  value jsonb NOT NULL,
  CONSTRAINT alert_settings_once UNIQUE NULLS NOT DISTINCT (account_id)
);
