-- +goose Up
-- A number that nobody else can get until then: found by a search, or reserved.
CREATE TABLE acs_hold (
    number   TEXT PRIMARY KEY,
    holder   TEXT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX acs_hold_holder ON acs_hold (holder);

CREATE TABLE acs_search (
    id         TEXT PRIMARY KEY,
    service_id TEXT NOT NULL,
    country    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    assignment TEXT NOT NULL,
    calling    TEXT NOT NULL,
    sms        TEXT NOT NULL,
    cost       TEXT NOT NULL,
    numbers    TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE acs_reservation (
    id         TEXT PRIMARY KEY,
    service_id TEXT NOT NULL,
    status     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX acs_reservation_service ON acs_reservation (service_id, created_at);

-- A long-running operation: subject is what it acts on (a search, a number, a
-- reservation); due_at is when it acts, 0 when it has.
CREATE TABLE acs_operation (
    id            TEXT PRIMARY KEY,
    service_id    TEXT NOT NULL,
    kind          TEXT NOT NULL,
    subject       TEXT NOT NULL,
    calling       TEXT NOT NULL,
    sms           TEXT NOT NULL,
    status        TEXT NOT NULL,
    error_code    TEXT NOT NULL,
    error_message TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    acted_at      BIGINT NOT NULL,
    due_at        BIGINT NOT NULL
);
CREATE INDEX acs_operation_due ON acs_operation (due_at) WHERE due_at > 0;
