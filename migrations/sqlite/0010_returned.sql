-- +goose Up
-- What was sent back to who verifies, by time: the router forgets that it was passed on.
CREATE INDEX event_returned ON event (id) WHERE type = 'returned';
