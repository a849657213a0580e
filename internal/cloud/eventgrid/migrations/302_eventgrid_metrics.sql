-- +goose Up
-- tried is 0 where an event was given up without another attempt, dropped 1
-- where it was given up without a place for dead letters.
ALTER TABLE eg_attempts ADD COLUMN tried INTEGER NOT NULL DEFAULT 1;
ALTER TABLE eg_attempts ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
CREATE INDEX eg_attempts_at ON eg_attempts (subscription, at_us);

-- +goose Down
DROP INDEX eg_attempts_at;
ALTER TABLE eg_attempts DROP COLUMN dropped;
ALTER TABLE eg_attempts DROP COLUMN tried;
