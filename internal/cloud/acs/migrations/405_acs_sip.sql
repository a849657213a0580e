-- +goose Up
-- config is the service's SIP configuration as JSON.
CREATE TABLE acs_sip (
    service_id TEXT PRIMARY KEY,
    config     TEXT NOT NULL
);
