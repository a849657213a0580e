-- +goose Up
CREATE TABLE ledger (
    seq           {{serial}},
    event_key     TEXT     NOT NULL UNIQUE,
    connection_id TEXT     NOT NULL,
    event_id      TEXT     NOT NULL,
    kind          TEXT     NOT NULL,
    type          TEXT     NOT NULL,
    raw           {{blob}} NOT NULL,
    state         TEXT     NOT NULL,
    reason        TEXT     NOT NULL,
    received_at   BIGINT   NOT NULL,
    applied_at    BIGINT   NOT NULL
);
CREATE INDEX ledger_waiting ON ledger (seq) WHERE state = 'received';
