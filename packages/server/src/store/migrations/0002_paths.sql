-- breaking: no — new columns have defaults and the previous release ignores them

-- By what a callback's task can be asked about: how an attempt whose answer was lost is found again on a path that
-- cannot be asked by our own id.
ALTER TABLE callbacks ADD COLUMN upstream_id text;
ALTER TABLE callbacks ADD COLUMN handle jsonb;

-- After a lost answer that nothing clears up: hold keeps slot and money until the task ends; resubmit risks a second
-- upstream task once the first can no longer start.
ALTER TABLE paths ADD COLUMN lost_answer text NOT NULL DEFAULT 'hold' CHECK (lost_answer IN ('hold', 'resubmit'));
-- Where inputs and clips are kept and rendered, in the operator's own words; orders may ask for one of them.
ALTER TABLE paths ADD COLUMN regions text[] NOT NULL DEFAULT '{}';
-- When the wallet is read again, by whichever process comes first.
ALTER TABLE paths ADD COLUMN watch_at timestamptz NOT NULL DEFAULT 'epoch';
ALTER TABLE paths ADD COLUMN wallet_state text NOT NULL DEFAULT 'ok' CHECK (wallet_state IN ('ok', 'low', 'short'));

-- How paths are chosen for this account's orders, where the order does not say.
ALTER TABLE accounts ADD COLUMN routing jsonb NOT NULL DEFAULT '{"policy": "cheapest"}';

-- Renders that failed upstream and were begun again on another path.
ALTER TABLE tasks ADD COLUMN reruns smallint NOT NULL DEFAULT 0;
-- How many times that may happen.
ALTER TABLE task_orders ADD COLUMN reruns_most smallint NOT NULL DEFAULT 0;

-- The newest ends of a path for a family, newest last: true for a clip, false for a failure of the upstream itself.
CREATE TABLE render_outcomes (
  path_name text NOT NULL,
  family text NOT NULL,
  outcomes boolean[] NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (path_name, family)
) WITH (fillfactor = 50);
