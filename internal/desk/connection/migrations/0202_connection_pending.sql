-- +goose Up
CREATE TABLE connection_pending (
    resource_key TEXT PRIMARY KEY,
    resource_id  TEXT NOT NULL,
    tenant_id    TEXT NOT NULL,
    made         TEXT NOT NULL
);
