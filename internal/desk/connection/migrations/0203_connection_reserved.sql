-- +goose Up
CREATE TABLE connection_reserved (
    resource_key TEXT PRIMARY KEY,
    id           TEXT NOT NULL
);
