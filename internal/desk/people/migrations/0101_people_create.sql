-- +goose Up
CREATE TABLE app_user (
    id            TEXT PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    disabled      BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL
);
CREATE TABLE sign_in (
    token_hash TEXT PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES app_user (id),
    kind       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_user ON sign_in (user_id);
CREATE TABLE audit (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT   NOT NULL,
    action  TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    detail  TEXT   NOT NULL
);
