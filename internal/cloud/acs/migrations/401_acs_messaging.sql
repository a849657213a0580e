-- +goose Up
-- A text that a service sent. request_id is the repeatability id, '' without one;
-- status is '' until the carrier has decided.
CREATE TABLE acs_message (
    id           TEXT PRIMARY KEY,
    service_id   TEXT NOT NULL,
    request_id   TEXT NOT NULL,
    sender       TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    tag          TEXT NOT NULL,
    wants_report INTEGER NOT NULL,
    segments     INTEGER NOT NULL,
    sent_at      BIGINT NOT NULL,
    status       TEXT NOT NULL,
    detail       TEXT NOT NULL,
    decided_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX acs_message_request ON acs_message (service_id, request_id) WHERE request_id <> '';

-- A telephone number that a service owns. seeded numbers are made once, so that
-- one which was released stays released.
CREATE TABLE acs_number (
    number       TEXT PRIMARY KEY,
    service_id   TEXT NOT NULL,
    country      TEXT NOT NULL,
    kind         TEXT NOT NULL,
    assignment   TEXT NOT NULL,
    calling      TEXT NOT NULL,
    sms          TEXT NOT NULL,
    cost         TEXT NOT NULL,
    purchased_at BIGINT NOT NULL
);
CREATE INDEX acs_number_service ON acs_number (service_id, number);

CREATE TABLE acs_seed (
    what    TEXT PRIMARY KEY,
    made_at BIGINT NOT NULL
);
