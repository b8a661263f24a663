-- +goose Up
-- Mail that came back from an address which may take other mail, since something last came from there.
CREATE TABLE soft_bounce (
    kind     TEXT NOT NULL,
    value    TEXT NOT NULL,
    times    INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (kind, value)
);
-- What robots sent: staff look through it, the newest first.
CREATE INDEX inbox_work_ignored ON inbox_work (id) WHERE outcome = 'ignored';
