-- +goose Up
-- A recording. ended_at is 0 while it runs; info is what its event tells, as JSON.
CREATE TABLE calling_recording (
    id         TEXT PRIMARY KEY,
    service_id TEXT NOT NULL,
    call_id    TEXT NOT NULL,
    server_id  TEXT NOT NULL,
    unmixed    INTEGER NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL
);

-- A file of a recording. metadata is its document, as JSON; duration_ms is -1
-- while it is written; expires_at is when it is deleted.
CREATE TABLE calling_chunk (
    document_id  TEXT PRIMARY KEY,
    recording_id TEXT NOT NULL,
    number       INTEGER NOT NULL,
    started_at   BIGINT NOT NULL,
    duration_ms  BIGINT NOT NULL,
    end_reason   TEXT NOT NULL,
    metadata     TEXT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX calling_chunk_recording ON calling_chunk (recording_id, number);
