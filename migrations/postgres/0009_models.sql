-- +goose Up
-- The router's text models. Every node decides by the newest; what it began with (the pack's examples, imports) is named
-- by basis, and corrections up to the event learned_to are in it.
CREATE TABLE router_model (
    version    BIGINT PRIMARY KEY,
    made_at    BIGINT NOT NULL,
    basis      TEXT COLLATE "C" NOT NULL,
    learned_to BIGINT NOT NULL,
    examples   BIGINT NOT NULL,
    lessons    BIGINT NOT NULL,
    body       BYTEA NOT NULL
);
