-- +goose Up
-- generation is counted up when tokens are revoked; a token carries the one that
-- it was issued in.
CREATE TABLE acs_identity (
    id           TEXT PRIMARY KEY,
    service_id   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    generation   INTEGER NOT NULL
);

-- The key that signs user access tokens, made once.
CREATE TABLE acs_token_key (
    id      INTEGER PRIMARY KEY,
    private {{blob}} NOT NULL
);
