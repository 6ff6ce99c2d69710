-- breaking: no — an older process changes limits and writes no history of it

-- Every change of a limit: what was set and what was learned before and after, why, and how many slots were taken.
-- Written in the transaction that changes the limit; what is older than 90 days is deleted with the next change.
CREATE TABLE limit_changes (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  path_name text NOT NULL REFERENCES paths (name),
  family text NOT NULL,
  at timestamptz NOT NULL,
  reason text NOT NULL CHECK (reason IN ('begun', 'set', 'accepted', 'refused', 'quiet')),
  configured_before integer,
  learned_before integer,
  configured integer,
  learned integer,
  -- Null: not looked at.
  occupied integer
);
CREATE INDEX limit_changes_by_limit ON limit_changes (path_name, family, at);

-- From here on the history is known.
INSERT INTO limit_changes (path_name, family, at, reason, configured, learned)
SELECT path_name, family, now(), 'begun', configured, learned FROM limits ORDER BY path_name, family;
