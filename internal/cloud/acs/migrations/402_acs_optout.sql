-- +goose Up
CREATE TABLE acs_optout (
    service_id TEXT NOT NULL,
    sender     TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    since      BIGINT NOT NULL,
    PRIMARY KEY (service_id, sender, recipient)
);
