-- +goose Up
-- What was fetched and is not read yet, as it came: for moments, unless reading it ends the process.
CREATE TABLE kept (
    name   TEXT NOT NULL,
    digest BLOB NOT NULL,
    id     INTEGER NOT NULL,
    note   TEXT NOT NULL,
    tried  INTEGER NOT NULL,
    raw    BLOB NOT NULL,
    PRIMARY KEY (name, digest)
);
