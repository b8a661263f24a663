-- +goose Up
-- The router's text models. Every node decides by the newest; what it began with (the pack's examples, imports) is named
-- by basis, and corrections up to the event learned_to are in it.
CREATE TABLE router_model (
    version    INTEGER PRIMARY KEY,
    made_at    INTEGER NOT NULL,
    basis      TEXT NOT NULL,
    learned_to INTEGER NOT NULL,
    examples   INTEGER NOT NULL,
    lessons    INTEGER NOT NULL,
    body       BLOB NOT NULL
);
