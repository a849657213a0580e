-- +goose Up
CREATE TABLE connection (
    id                TEXT PRIMARY KEY,
    resource_name     TEXT   NOT NULL,
    resource_id       TEXT   NOT NULL,
    resource_key      TEXT   NOT NULL UNIQUE,
    connection_string TEXT   NOT NULL,
    endpoint          TEXT   NOT NULL,
    app_id            TEXT   NOT NULL,
    tenant_id         TEXT   NOT NULL,
    state             TEXT   NOT NULL,
    key_state         TEXT   NOT NULL,
    provisioned_for   TEXT   NOT NULL,
    made              TEXT   NOT NULL,
    created_at        BIGINT NOT NULL,
    changed_at        BIGINT NOT NULL
);
CREATE UNIQUE INDEX connection_one ON connection (state) WHERE state = 'connected';
