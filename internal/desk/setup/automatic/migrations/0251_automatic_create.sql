-- +goose Up
CREATE TABLE automatic_run (
    id  INTEGER PRIMARY KEY,
    run TEXT NOT NULL
);
