-- +goose Up
CREATE TABLE contact (
    id         TEXT PRIMARY KEY,
    phone      TEXT   NOT NULL UNIQUE,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE conversation (
    id             TEXT PRIMARY KEY,
    channel        TEXT   NOT NULL,
    number         TEXT   NOT NULL,
    contact_id     TEXT   NOT NULL REFERENCES contact (id),
    state          TEXT   NOT NULL,
    agent_id       TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    last_at        BIGINT NOT NULL,
    last_text      TEXT   NOT NULL,
    last_direction TEXT   NOT NULL,
    unread         BIGINT NOT NULL,
    closed_at      BIGINT NOT NULL,
    version        BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversation_current ON conversation (channel, number, contact_id) WHERE state <> 'closed';
CREATE INDEX conversation_state ON conversation (state, last_at DESC, id DESC);
CREATE INDEX conversation_agent ON conversation (agent_id, last_at DESC, id DESC) WHERE state = 'active';
CREATE INDEX conversation_recent ON conversation (last_at DESC, id DESC);
CREATE TABLE session (
    id              TEXT PRIMARY KEY,
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    agent_id        TEXT   NOT NULL,
    started_at      BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL,
    reason          TEXT   NOT NULL
);
CREATE INDEX session_conversation ON session (conversation_id);
CREATE TABLE message (
    id              TEXT PRIMARY KEY,
    conversation_id TEXT   NOT NULL REFERENCES conversation (id),
    direction       TEXT   NOT NULL,
    body            TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    author_id       TEXT   NOT NULL,
    delivery        TEXT   NOT NULL,
    failure_code    TEXT   NOT NULL,
    failure_reason  TEXT   NOT NULL,
    provider_id     TEXT   NOT NULL,
    idempotency_key TEXT   NOT NULL
);
CREATE INDEX message_conversation ON message (conversation_id, at DESC, id DESC);
CREATE UNIQUE INDEX message_provider ON message (provider_id) WHERE provider_id <> '';
CREATE UNIQUE INDEX message_idempotency ON message (author_id, idempotency_key) WHERE idempotency_key <> '';
