-- +goose Up
CREATE TABLE carrier_customer (
    number        TEXT PRIMARY KEY,
    mode          TEXT NOT NULL,
    code          TEXT NOT NULL,
    delay_seconds INTEGER NOT NULL,
    created_at    BIGINT NOT NULL
);

-- outcome is '' for a text that arrives, "unreported" for one that arrives
-- without a report, else "<code>: <reason>". due_at is when it is decided, 0 when
-- it has been.
CREATE TABLE carrier_message (
    seq         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    customer    TEXT NOT NULL,
    business    TEXT NOT NULL,
    to_business INTEGER NOT NULL,
    body        TEXT NOT NULL,
    at          BIGINT NOT NULL,
    status      TEXT NOT NULL,
    detail      TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    due_at      BIGINT NOT NULL
);
CREATE INDEX carrier_message_thread ON carrier_message (customer, business, seq);
CREATE INDEX carrier_message_due ON carrier_message (due_at) WHERE due_at > 0;
