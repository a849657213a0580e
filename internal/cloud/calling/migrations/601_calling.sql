-- +goose Up
-- The key that signs the tokens of callbacks and of media connections, made once.
CREATE TABLE calling_key (
    id      INTEGER PRIMARY KEY,
    kid     TEXT NOT NULL,
    private {{blob}} NOT NULL
);
