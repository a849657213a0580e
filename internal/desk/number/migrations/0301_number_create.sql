-- +goose Up
CREATE TABLE phone_number (
    number           TEXT PRIMARY KEY,
    connection_id    TEXT    NOT NULL,
    type             TEXT    NOT NULL,
    country          TEXT    NOT NULL,
    sms_inbound      BOOLEAN NOT NULL,
    sms_outbound     BOOLEAN NOT NULL,
    calling_inbound  BOOLEAN NOT NULL,
    calling_outbound BOOLEAN NOT NULL,
    detached         BOOLEAN NOT NULL,
    synced_at        BIGINT  NOT NULL
);
CREATE TABLE number_order (
    id         TEXT PRIMARY KEY,
    connection_id TEXT NOT NULL,
    search_id  TEXT   NOT NULL UNIQUE,
    numbers    TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    resume     TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
