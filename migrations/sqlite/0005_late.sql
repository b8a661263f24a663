-- +goose Up
-- Open tickets by when their answer is due, so that what is late is found at one end and nothing is counted over.
CREATE INDEX ticket_due ON ticket (due_at, kind) WHERE due_at > 0 AND paused_at = 0 AND state IN ('triage', 'assigned', 'in_progress', 'pending');
