-- +goose Up
-- Private ways to a case on the public pages: links, and the sessions that a code opened. Only hashes are kept.
CREATE TABLE portal_link (
    id         BIGINT PRIMARY KEY,
    ticket_id  BIGINT NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    hash       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    CONSTRAINT portal_link_hash UNIQUE (hash)
);
CREATE INDEX portal_link_age ON portal_link (expires_at);
-- The code that was last sent for a case.
CREATE TABLE portal_code (
    ticket_id  BIGINT PRIMARY KEY,
    hash       TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    tries      BIGINT NOT NULL
);
CREATE INDEX portal_code_age ON portal_code (expires_at);
-- How often something happened since it began to be counted, and the last that was. The keys are hashes: no address stands here.
CREATE TABLE portal_use (
    scope TEXT COLLATE "C" NOT NULL,
    key   TEXT COLLATE "C" NOT NULL,
    began BIGINT NOT NULL,
    used  BIGINT NOT NULL,
    last  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX portal_use_age ON portal_use (began);
