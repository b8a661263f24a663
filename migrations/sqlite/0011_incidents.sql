-- +goose Up
-- Many tickets about one thing: what an operator opened, for an area and a topic, with a text for who reports it.
CREATE TABLE incident (
    id        INTEGER PRIMARY KEY,
    category  TEXT NOT NULL,
    area      TEXT NOT NULL,
    text_id   TEXT NOT NULL,
    text_en   TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL,
    closed_at INTEGER NOT NULL
);
CREATE INDEX incident_open ON incident (id) WHERE closed_at = 0;
-- Which tickets are under it. state: held, joined, or lead, the one that is worked on; was: how the ticket stood before.
CREATE TABLE incident_member (
    ticket_id   INTEGER PRIMARY KEY,
    incident_id INTEGER NOT NULL,
    state       TEXT NOT NULL,
    was         TEXT NOT NULL,
    since       INTEGER NOT NULL
);
CREATE INDEX incident_members ON incident_member (incident_id, state, ticket_id);
CREATE UNIQUE INDEX incident_lead ON incident_member (incident_id) WHERE state = 'lead';
-- What is done to all members of one: it goes on where a crash ended it.
CREATE TABLE incident_task (
    id          INTEGER PRIMARY KEY,
    incident_id INTEGER NOT NULL,
    what        TEXT NOT NULL,
    data        TEXT NOT NULL,
    by_whom     TEXT NOT NULL,
    upto        INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    done_at     INTEGER NOT NULL,
    done        INTEGER NOT NULL,
    failed      INTEGER NOT NULL
);
CREATE INDEX incident_task_open ON incident_task (id) WHERE done_at = 0;
CREATE INDEX incident_tasks ON incident_task (incident_id, id);
