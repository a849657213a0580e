-- +goose Up
CREATE TABLE sms_report (
    provider_id TEXT PRIMARY KEY,
    delivery    TEXT   NOT NULL,
    code        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    received_at BIGINT NOT NULL
);
