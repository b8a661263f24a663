-- +goose Up
-- What was fetched and is not read yet, as it came: for moments, unless reading it ends the process.
CREATE TABLE kept (
    name   TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    id     BIGINT NOT NULL,
    note   TEXT COLLATE "C" NOT NULL,
    tried  BIGINT NOT NULL,
    raw    BYTEA NOT NULL,
    PRIMARY KEY (name, digest)
);
