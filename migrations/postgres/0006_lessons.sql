-- +goose Up
-- What staff passed on, by time: the router learns from it.
CREATE INDEX event_transferred ON event (id) WHERE type = 'transferred';
