-- +goose Up
-- Many tickets about one thing: what an operator opened, for an area and a topic, with a text for who reports it.
CREATE TABLE incident (
    id        BIGINT PRIMARY KEY,
    category  TEXT COLLATE "C" NOT NULL,
    area      TEXT COLLATE "C" NOT NULL,
    text_id   TEXT NOT NULL,
    text_en   TEXT NOT NULL,
    opened_by TEXT COLLATE "C" NOT NULL,
    opened_at BIGINT NOT NULL,
    ends_at   BIGINT NOT NULL,
    closed_at BIGINT NOT NULL
);
CREATE INDEX incident_open ON incident (id) WHERE closed_at = 0;
-- Which tickets are under it. state: held, joined, or lead, the one that is worked on; was: how the ticket stood before.
CREATE TABLE incident_member (
    ticket_id   BIGINT PRIMARY KEY,
    incident_id BIGINT NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    was         TEXT COLLATE "C" NOT NULL,
    since       BIGINT NOT NULL
);
CREATE INDEX incident_members ON incident_member (incident_id, state, ticket_id);
CREATE UNIQUE INDEX incident_lead ON incident_member (incident_id) WHERE state = 'lead';
-- What is done to all members of one: it goes on where a crash ended it.
CREATE TABLE incident_task (
    id          BIGINT PRIMARY KEY,
    incident_id BIGINT NOT NULL,
    what        TEXT COLLATE "C" NOT NULL,
    data        TEXT NOT NULL,
    by_whom     TEXT COLLATE "C" NOT NULL,
    upto        BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    done_at     BIGINT NOT NULL,
    done        INTEGER NOT NULL,
    failed      INTEGER NOT NULL
);
CREATE INDEX incident_task_open ON incident_task (id) WHERE done_at = 0;
CREATE INDEX incident_tasks ON incident_task (incident_id, id);
