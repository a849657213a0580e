-- +goose Up
CREATE TABLE entra_keys (
    kid        TEXT PRIMARY KEY,
    private    {{blob}} NOT NULL,
    cert       {{blob}} NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE TABLE entra_tenants (
    id     TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    domain TEXT NOT NULL UNIQUE
);
CREATE TABLE entra_applications (
    app_id        TEXT PRIMARY KEY,
    object_id     TEXT NOT NULL UNIQUE,
    tenant_id     TEXT NOT NULL,
    name          TEXT NOT NULL,
    audience      TEXT NOT NULL,
    token_version INTEGER NOT NULL,
    uris          TEXT NOT NULL,
    roles         TEXT NOT NULL
);
CREATE TABLE entra_principals (
    id                  TEXT PRIMARY KEY,
    tenant_id           TEXT NOT NULL,
    app_id              TEXT NOT NULL REFERENCES entra_applications (app_id) ON DELETE CASCADE,
    assignment_required INTEGER NOT NULL,
    UNIQUE (tenant_id, app_id)
);
CREATE TABLE entra_secrets (
    key_id     TEXT PRIMARY KEY,
    app_id     TEXT NOT NULL REFERENCES entra_applications (app_id) ON DELETE CASCADE,
    digest     TEXT NOT NULL,
    expires_us BIGINT NOT NULL
);
CREATE TABLE entra_certificates (
    key_id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES entra_applications (app_id) ON DELETE CASCADE,
    cert   {{blob}} NOT NULL
);
CREATE TABLE entra_owners (
    app_id       TEXT NOT NULL REFERENCES entra_applications (app_id) ON DELETE CASCADE,
    principal_id TEXT NOT NULL,
    PRIMARY KEY (app_id, principal_id)
);
CREATE TABLE entra_assignments (
    id           TEXT PRIMARY KEY,
    resource_id  TEXT NOT NULL REFERENCES entra_principals (id) ON DELETE CASCADE,
    principal_id TEXT NOT NULL REFERENCES entra_principals (id) ON DELETE CASCADE,
    role_id      TEXT NOT NULL,
    UNIQUE (resource_id, principal_id, role_id)
);

-- +goose Down
DROP TABLE entra_assignments;
DROP TABLE entra_owners;
DROP TABLE entra_certificates;
DROP TABLE entra_secrets;
DROP TABLE entra_principals;
DROP TABLE entra_applications;
DROP TABLE entra_tenants;
DROP TABLE entra_keys;
