-- breaking: no — new columns have defaults or may be null, and the previous release ignores them

-- Through which door (a foreign protocol) the task was ordered, and what that protocol says back to its client: names
-- as the client spelled them, its own input. Null for orders of the native API.
ALTER TABLE task_orders ADD COLUMN door text;
ALTER TABLE task_orders ADD COLUMN client_words jsonb;
-- Its client deleted it through a door, so no door shows it; task, money and timeline stay.
ALTER TABLE task_orders ADD COLUMN removed_at timestamptz;
