-- breaking: no — a column that an older process leaves empty

-- What the client was told about start and end when the order was accepted. Compared with what came of it when somebody
-- asks how often told ranges hold.
ALTER TABLE task_orders ADD COLUMN promise jsonb;
