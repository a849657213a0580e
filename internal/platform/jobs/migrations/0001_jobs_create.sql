-- +goose Up
CREATE TABLE job (
    id          TEXT PRIMARY KEY,
    kind        TEXT   NOT NULL,
    unique_key  TEXT   NOT NULL,
    lane        TEXT   NOT NULL,
    payload     TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    attempts    BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    last_error  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX job_unique ON job (kind, unique_key) WHERE state <> 'dead';
CREATE INDEX job_due ON job (due_at) WHERE state = 'ready';
CREATE INDEX job_lease ON job (lease_until) WHERE state = 'running';
CREATE INDEX job_lane ON job (lane, id) WHERE state <> 'dead' AND lane <> '';
