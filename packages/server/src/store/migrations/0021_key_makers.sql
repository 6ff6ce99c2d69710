-- breaking: no — a column that an older process neither reads nor writes

-- Which key made this one, for whoever asks whose it is; unknown for the first key of an installation, and for keys
-- that come with a member or were made while nobody noted it.
ALTER TABLE api_keys ADD COLUMN created_by text COLLATE "C";

UPDATE api_keys k SET created_by = a.key_id
FROM operator_actions a WHERE a.action = 'key.created' AND a.subject = k.id;
