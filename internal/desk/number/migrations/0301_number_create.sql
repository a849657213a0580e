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
    synced_at        BIGINT  NOT NULL
);
