-- +goose Up
-- Which rows of the inbox the messages of a ticket came as: for who looks at a mail as it was.
CREATE INDEX inbox_work_thread ON inbox_work (ticket_id) WHERE message_id <> 0;
