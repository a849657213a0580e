-- +goose Up
ALTER TABLE entra_applications ADD COLUMN manifest TEXT NOT NULL DEFAULT '{}';
ALTER TABLE entra_applications ADD COLUMN created_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entra_principals ADD COLUMN created_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entra_secrets ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE entra_secrets ADD COLUMN hint TEXT NOT NULL DEFAULT '';
ALTER TABLE entra_secrets ADD COLUMN start_us BIGINT NOT NULL DEFAULT 0;
CREATE TABLE entra_users (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES entra_tenants (id) ON DELETE CASCADE,
    upn        TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    given      TEXT NOT NULL,
    surname    TEXT NOT NULL,
    mail       TEXT NOT NULL,
    password   TEXT NOT NULL,
    enabled    INTEGER NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE TABLE entra_directory_roles (
    principal_id TEXT NOT NULL,
    role_id      TEXT NOT NULL,
    PRIMARY KEY (principal_id, role_id)
);
CREATE TABLE entra_principal_owners (
    object_id TEXT NOT NULL REFERENCES entra_principals (id) ON DELETE CASCADE,
    owner_id  TEXT NOT NULL,
    PRIMARY KEY (object_id, owner_id)
);
-- Whoever holds a role may be a user, so the principal is no longer a reference.
CREATE TABLE entra_grants (
    id           TEXT PRIMARY KEY,
    resource_id  TEXT NOT NULL REFERENCES entra_principals (id) ON DELETE CASCADE,
    principal_id TEXT NOT NULL,
    role_id      TEXT NOT NULL,
    created_us   BIGINT NOT NULL DEFAULT 0,
    UNIQUE (resource_id, principal_id, role_id)
);
INSERT INTO entra_grants (id, resource_id, principal_id, role_id)
    SELECT id, resource_id, principal_id, role_id FROM entra_assignments;
DROP TABLE entra_assignments;
ALTER TABLE entra_grants RENAME TO entra_assignments;
CREATE INDEX entra_assignments_principal ON entra_assignments (principal_id);
-- +goose StatementBegin
CREATE TRIGGER entra_principals_gone AFTER DELETE ON entra_principals BEGIN
    DELETE FROM entra_assignments WHERE principal_id = OLD.id;
    DELETE FROM entra_owners WHERE principal_id = OLD.id;
    DELETE FROM entra_principal_owners WHERE owner_id = OLD.id;
    DELETE FROM entra_directory_roles WHERE principal_id = OLD.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entra_users_gone AFTER DELETE ON entra_users BEGIN
    DELETE FROM entra_assignments WHERE principal_id = OLD.id;
    DELETE FROM entra_owners WHERE principal_id = OLD.id;
    DELETE FROM entra_principal_owners WHERE owner_id = OLD.id;
    DELETE FROM entra_directory_roles WHERE principal_id = OLD.id;
    DELETE FROM entra_consents WHERE user_id = OLD.id;
END;
-- +goose StatementEnd
-- A user_id of '' is consent for everyone in the tenant.
CREATE TABLE entra_consents (
    tenant_id   TEXT NOT NULL,
    client_id   TEXT NOT NULL REFERENCES entra_applications (app_id) ON DELETE CASCADE,
    user_id     TEXT NOT NULL,
    resource_id TEXT NOT NULL REFERENCES entra_applications (app_id) ON DELETE CASCADE,
    scope       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, user_id, resource_id, scope)
);
CREATE TABLE entra_sessions (
    digest     TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES entra_users (id) ON DELETE CASCADE,
    begun_us   BIGINT NOT NULL,
    expires_us BIGINT NOT NULL
);
-- Authorization codes and refresh tokens.
CREATE TABLE entra_user_grants (
    digest       TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    tenant_id    TEXT NOT NULL,
    client_id    TEXT NOT NULL REFERENCES entra_applications (app_id) ON DELETE CASCADE,
    user_id      TEXT NOT NULL REFERENCES entra_users (id) ON DELETE CASCADE,
    platform     TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    scope        TEXT NOT NULL,
    nonce        TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    expires_us   BIGINT NOT NULL,
    used         INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE entra_devices (
    digest     TEXT PRIMARY KEY,
    user_code  TEXT NOT NULL UNIQUE,
    tenant     TEXT NOT NULL,
    client_id  TEXT NOT NULL REFERENCES entra_applications (app_id) ON DELETE CASCADE,
    scope      TEXT NOT NULL,
    state      TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    polled_us  BIGINT NOT NULL,
    expires_us BIGINT NOT NULL
);

-- +goose Down
DROP TABLE entra_devices;
DROP TABLE entra_user_grants;
DROP TABLE entra_sessions;
DROP TABLE entra_consents;
DROP TRIGGER entra_users_gone;
DROP TRIGGER entra_principals_gone;
DELETE FROM entra_assignments WHERE principal_id IN (SELECT id FROM entra_users);
DROP TABLE entra_principal_owners;
DROP TABLE entra_directory_roles;
DROP TABLE entra_users;
ALTER TABLE entra_secrets DROP COLUMN start_us;
ALTER TABLE entra_secrets DROP COLUMN hint;
ALTER TABLE entra_secrets DROP COLUMN name;
ALTER TABLE entra_principals DROP COLUMN created_us;
ALTER TABLE entra_applications DROP COLUMN created_us;
ALTER TABLE entra_applications DROP COLUMN manifest;
