-- +goose Up
-- How many automatic answers left, or were to leave, for an address, a domain or from an account, by the part of a window.
CREATE TABLE answered (
    name  TEXT COLLATE "C" NOT NULL,
    slot  BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (name, slot)
);
CREATE INDEX answered_slot ON answered (slot);
-- What was held back, and how much of it staff have not decided about.
CREATE TABLE storm (
    name     TEXT COLLATE "C" PRIMARY KEY,
    account  TEXT COLLATE "C" NOT NULL,
    scope    TEXT COLLATE "C" NOT NULL,
    whom     TEXT COLLATE "C" NOT NULL,
    since    BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    held     BIGINT NOT NULL,
    told_at  BIGINT NOT NULL,
    ended_by TEXT COLLATE "C" NOT NULL
);
CREATE INDEX outbox_held ON outbox (account, id) WHERE state = 'held';
