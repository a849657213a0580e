-- +goose Up
CREATE TABLE eg_topics (
    key        TEXT PRIMARY KEY,
    body       TEXT NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE TABLE eg_subscriptions (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    key         TEXT NOT NULL UNIQUE,
    topic_key   TEXT NOT NULL REFERENCES eg_topics (key) ON DELETE CASCADE,
    body        TEXT NOT NULL
);
CREATE TABLE eg_operations (
    id         TEXT PRIMARY KEY,
    resource   TEXT NOT NULL,
    status     TEXT NOT NULL,
    code       TEXT NOT NULL,
    message    TEXT NOT NULL,
    started_us BIGINT NOT NULL
);
CREATE TABLE eg_deliveries (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription INTEGER NOT NULL REFERENCES eg_subscriptions (number) ON DELETE CASCADE,
    event        {{blob}} NOT NULL,
    published_us BIGINT NOT NULL,
    attempts     INTEGER NOT NULL,
    next_us      BIGINT NOT NULL,
    last_us      BIGINT NOT NULL,
    last_outcome TEXT NOT NULL
);
CREATE INDEX eg_deliveries_due ON eg_deliveries (subscription, next_us, seq);
CREATE TABLE eg_attempts (
    n               INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription    TEXT NOT NULL,
    event_id        TEXT NOT NULL,
    event_type      TEXT NOT NULL,
    attempt         INTEGER NOT NULL,
    at_us           BIGINT NOT NULL,
    status          INTEGER NOT NULL,
    outcome         TEXT NOT NULL,
    duration_us     BIGINT NOT NULL,
    next_us         BIGINT NOT NULL,
    dead_letter     TEXT NOT NULL
);

-- +goose Down
DROP TABLE eg_attempts;
DROP TABLE eg_deliveries;
DROP TABLE eg_operations;
DROP TABLE eg_subscriptions;
DROP TABLE eg_topics;
