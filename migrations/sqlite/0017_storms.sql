-- +goose Up
-- How many automatic answers left, or were to leave, for an address, a domain or from an account, by the part of a window.
CREATE TABLE answered (
    name  TEXT NOT NULL,
    slot  INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (name, slot)
);
CREATE INDEX answered_slot ON answered (slot);
-- What was held back, and how much of it staff have not decided about.
CREATE TABLE storm (
    name     TEXT PRIMARY KEY,
    account  TEXT NOT NULL,
    scope    TEXT NOT NULL,
    whom     TEXT NOT NULL,
    since    INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    held     INTEGER NOT NULL,
    told_at  INTEGER NOT NULL,
    ended_by TEXT NOT NULL
);
CREATE INDEX outbox_held ON outbox (account, id) WHERE state = 'held';
