-- +goose Up
-- Closed reports of another system, by its account and the number that they had there; id goes by when they were imported.
CREATE TABLE imported (
    id        BIGINT PRIMARY KEY,
    account   TEXT COLLATE "C" NOT NULL,
    number    TEXT COLLATE "C" NOT NULL,
    ticket_id BIGINT NOT NULL,
    CONSTRAINT imported_number UNIQUE (account, number)
);
