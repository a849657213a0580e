-- +goose Up
CREATE TABLE connection (
    id                TEXT PRIMARY KEY,
    resource_name     TEXT   NOT NULL,
    resource_id       TEXT   NOT NULL,
    connection_string TEXT   NOT NULL,
    endpoint          TEXT   NOT NULL,
    app_id            TEXT   NOT NULL,
    tenant_id         TEXT   NOT NULL,
    provisioned_for   TEXT   NOT NULL,
    created_at        BIGINT NOT NULL
);
