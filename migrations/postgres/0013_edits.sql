-- +goose Up
-- Append-only: what staff say otherwise than the city pack. The newest version of a section and key counts, and the value
-- 'null' leaves it to the pack again. base is what the pack said when it was edited.
CREATE TABLE pack_edit (
    version BIGINT PRIMARY KEY,
    section TEXT COLLATE "C" NOT NULL,
    key     TEXT COLLATE "C" NOT NULL,
    value   TEXT NOT NULL,
    base    TEXT NOT NULL,
    actor   TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    why     TEXT NOT NULL
);
CREATE INDEX pack_edit_key ON pack_edit (section, key, version);
