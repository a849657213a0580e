-- +goose Up
CREATE TABLE arm_subscriptions (
    id             TEXT PRIMARY KEY,
    tenant_id      TEXT NOT NULL,
    name           TEXT NOT NULL,
    state          TEXT NOT NULL,
    quota_id       TEXT NOT NULL,
    spending_limit TEXT NOT NULL
);
CREATE TABLE arm_groups (
    subscription_id TEXT NOT NULL REFERENCES arm_subscriptions (id) ON DELETE CASCADE,
    key             TEXT NOT NULL,
    name            TEXT NOT NULL,
    location        TEXT NOT NULL,
    tags            TEXT NOT NULL,
    PRIMARY KEY (subscription_id, key)
);
CREATE TABLE arm_unregistered (
    subscription_id TEXT NOT NULL REFERENCES arm_subscriptions (id) ON DELETE CASCADE,
    namespace       TEXT NOT NULL,
    PRIMARY KEY (subscription_id, namespace)
);
CREATE TABLE arm_services (
    key             TEXT PRIMARY KEY,
    subscription_id TEXT NOT NULL,
    group_name      TEXT NOT NULL,
    name            TEXT NOT NULL,
    immutable_id    TEXT NOT NULL UNIQUE,
    data_location   TEXT NOT NULL,
    tags            TEXT NOT NULL,
    settings        TEXT NOT NULL,
    primary_key     TEXT NOT NULL,
    secondary_key   TEXT NOT NULL,
    ready_us        BIGINT NOT NULL,
    created_us      BIGINT NOT NULL,
    created_by      TEXT NOT NULL,
    changed_us      BIGINT NOT NULL,
    changed_by      TEXT NOT NULL
);
CREATE UNIQUE INDEX arm_services_name ON arm_services (lower(name));
CREATE TABLE arm_operations (
    id         TEXT PRIMARY KEY,
    resource   TEXT NOT NULL,
    started_us BIGINT NOT NULL,
    ready_us   BIGINT NOT NULL
);
CREATE TABLE arm_assignments (
    id              TEXT PRIMARY KEY,
    scope           TEXT NOT NULL,
    role_id         TEXT NOT NULL,
    principal_id    TEXT NOT NULL,
    principal_type  TEXT NOT NULL,
    created_us      BIGINT NOT NULL
);
CREATE INDEX arm_assignments_principal ON arm_assignments (principal_id);

-- +goose Down
DROP TABLE arm_assignments;
DROP TABLE arm_operations;
DROP TABLE arm_services;
DROP TABLE arm_unregistered;
DROP TABLE arm_groups;
DROP TABLE arm_subscriptions;
