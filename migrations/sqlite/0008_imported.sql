-- +goose Up
-- Closed reports of another system, by its account and the number that they had there; id goes by when they were imported.
CREATE TABLE imported (
    id        INTEGER PRIMARY KEY,
    account   TEXT NOT NULL,
    number    TEXT NOT NULL,
    ticket_id INTEGER NOT NULL,
    CONSTRAINT imported_number UNIQUE (account, number)
);
