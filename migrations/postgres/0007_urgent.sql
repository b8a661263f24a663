-- +goose Up
-- Open emergencies, to stand above every queue.
CREATE INDEX ticket_urgent ON ticket (id, agency) WHERE emergency AND state IN ('triage', 'assigned', 'in_progress', 'pending');
