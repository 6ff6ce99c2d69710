-- breaking: no — columns that an older process neither reads nor writes

-- A vendor may refuse one model to an account and serve the others: then the model's family rests on that path, and not
-- the path. Strikes above zero: it rests, or is tried again after `rest_until`.
ALTER TABLE limits ADD COLUMN rest_strikes integer NOT NULL DEFAULT 0;
ALTER TABLE limits ADD COLUMN rest_until timestamptz;
ALTER TABLE limits ADD COLUMN rest_detail text;
