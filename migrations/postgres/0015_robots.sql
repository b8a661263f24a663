-- +goose Up
-- Mail that came back from an address which may take other mail, since something last came from there.
CREATE TABLE soft_bounce (
    kind     TEXT COLLATE "C" NOT NULL,
    value    TEXT COLLATE "C" NOT NULL,
    times    BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (kind, value)
);
-- What robots sent: staff look through it, the newest first.
CREATE INDEX inbox_work_ignored ON inbox_work (id) WHERE outcome = 'ignored';
