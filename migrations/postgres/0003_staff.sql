-- +goose Up
CREATE TABLE staff (
    id          BIGINT PRIMARY KEY,
    login       TEXT COLLATE "C" NOT NULL,
    name        TEXT NOT NULL,
    role        TEXT COLLATE "C" NOT NULL,
    agency      TEXT COLLATE "C" NOT NULL,
    language    TEXT COLLATE "C" NOT NULL,
    password    TEXT COLLATE "C" NOT NULL, -- argon2id in PHC form, '' for none yet
    disabled_at BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    CONSTRAINT staff_login UNIQUE (login)
);
-- What opens a session, and the one-time links that lead to one: hashes only.
CREATE TABLE session (
    hash       TEXT COLLATE "C" PRIMARY KEY,
    staff_id   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);
CREATE INDEX session_staff ON session (staff_id);
CREATE TABLE sign_in_link (
    hash       TEXT COLLATE "C" PRIMARY KEY,
    staff_id   BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);
CREATE INDEX sign_in_link_staff ON sign_in_link (staff_id);
-- Append-only: who came in, who was refused, who changed whom.
CREATE TABLE staff_event (
    id    BIGINT PRIMARY KEY,
    at    BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    login TEXT COLLATE "C" NOT NULL,
    type  TEXT COLLATE "C" NOT NULL
);
