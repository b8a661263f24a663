-- +goose Up
-- Private ways to a case on the public pages: links, and the sessions that a code opened. Only hashes are kept.
CREATE TABLE portal_link (
    id         INTEGER PRIMARY KEY,
    ticket_id  INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    hash       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL,
    CONSTRAINT portal_link_hash UNIQUE (hash)
);
CREATE INDEX portal_link_age ON portal_link (expires_at);
-- The code that was last sent for a case.
CREATE TABLE portal_code (
    ticket_id  INTEGER PRIMARY KEY,
    hash       TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    tries      INTEGER NOT NULL
);
CREATE INDEX portal_code_age ON portal_code (expires_at);
-- How often something happened since it began to be counted, and the last that was. The keys are hashes: no address stands here.
CREATE TABLE portal_use (
    scope TEXT NOT NULL,
    key   TEXT NOT NULL,
    began INTEGER NOT NULL,
    used  INTEGER NOT NULL,
    last  TEXT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX portal_use_age ON portal_use (began);
