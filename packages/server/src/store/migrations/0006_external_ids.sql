-- breaking: no — one more index

-- Names that clients give their tasks at a door (Kling's external_task_id) are looked up by; few orders have one.
CREATE INDEX task_orders_external_id ON task_orders ((client_words->>'external_task_id'))
  WHERE client_words->>'external_task_id' IS NOT NULL;
