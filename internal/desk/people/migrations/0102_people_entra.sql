-- +goose Up
ALTER TABLE app_user ADD COLUMN entra_tenant TEXT NOT NULL DEFAULT '';
ALTER TABLE app_user ADD COLUMN entra_object TEXT NOT NULL DEFAULT '';
ALTER TABLE app_user ADD COLUMN entra_link BOOLEAN NOT NULL DEFAULT FALSE;
CREATE UNIQUE INDEX app_user_entra ON app_user (entra_tenant, entra_object) WHERE entra_object <> '';
