-- breaking: no — an index only

-- What a path's newest attempts showed is read by when they ended. An end leaves other partial indexes too, so this is
-- one more index entry for each attempt and no other write.
CREATE INDEX attempts_by_end ON attempts (path_name, ended_at) WHERE ended_at IS NOT NULL;
