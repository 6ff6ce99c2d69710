-- breaking: no — columns that an older process leaves empty

-- When the upstream itself says that an attempt ended, where it says so; and what kind of refusal it was. What a path's
-- own traffic shows (detection lag, callback delay, refusals by kind) is read from them.
ALTER TABLE attempts ADD COLUMN upstream_ended_at timestamptz;
ALTER TABLE attempts ADD COLUMN refusal_kind text;
