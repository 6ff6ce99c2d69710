-- breaking: no — an older process that replaces a credential keeps no former one, as it always did

-- Which credential an attempt was sent with. It is asked about and fetched with that one to its end.
ALTER TABLE paths ADD COLUMN credential_version integer NOT NULL DEFAULT 1;
ALTER TABLE paths ADD COLUMN credential_since timestamptz;
ALTER TABLE attempts ADD COLUMN credential_version integer NOT NULL DEFAULT 1;

-- Credentials that were replaced while attempts under way were sent with them; deleted with the last of those.
CREATE TABLE former_credentials (
  path_name text NOT NULL REFERENCES paths (name),
  version integer NOT NULL,
  credential_sealed text NOT NULL,
  replaced_at timestamptz NOT NULL,
  -- When the vendor last refused it; the present one asks in its place.
  refused_at timestamptz,
  PRIMARY KEY (path_name, version)
);
