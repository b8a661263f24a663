-- +goose Up
CREATE TABLE staff (
    id          INTEGER PRIMARY KEY,
    login       TEXT NOT NULL,
    name        TEXT NOT NULL,
    role        TEXT NOT NULL,
    agency      TEXT NOT NULL,
    language    TEXT NOT NULL,
    password    TEXT NOT NULL, -- argon2id in PHC form, '' for none yet
    disabled_at INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    CONSTRAINT staff_login UNIQUE (login)
);
-- What opens a session, and the one-time links that lead to one: hashes only.
CREATE TABLE session (
    hash       TEXT PRIMARY KEY,
    staff_id   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
);
CREATE INDEX session_staff ON session (staff_id);
CREATE TABLE sign_in_link (
    hash       TEXT PRIMARY KEY,
    staff_id   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL
);
CREATE INDEX sign_in_link_staff ON sign_in_link (staff_id);
-- Append-only: who came in, who was refused, who changed whom.
CREATE TABLE staff_event (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    actor TEXT NOT NULL,
    login TEXT NOT NULL,
    type  TEXT NOT NULL
);
