-- +goose Up
-- When the citizen was last told that something of his is on the ticket.
ALTER TABLE ticket ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;
