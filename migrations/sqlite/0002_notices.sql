-- +goose Up
-- Where an agency hears of its work, as a person set it; without a row the city pack's word counts.
CREATE TABLE agency_contact (
    agency   TEXT PRIMARY KEY,
    mail     TEXT NOT NULL,
    chat     TEXT NOT NULL,
    language TEXT NOT NULL,
    set_by   TEXT NOT NULL,
    set_at   INTEGER NOT NULL
);
-- What an agency is still to hear of beside what is new: urgent, moved to it, opened again.
CREATE TABLE notice (
    id        INTEGER PRIMARY KEY,
    agency    TEXT NOT NULL,
    ticket_id INTEGER NOT NULL,
    what      TEXT NOT NULL
);
CREATE INDEX notice_agency ON notice (agency, id);
CREATE INDEX notice_urgent ON notice (agency) WHERE what = 'urgent';
-- How far an agency was told: of new tickets up to this id, when, and on which day (20261125) by the daily list.
CREATE TABLE notice_mark (
    agency    TEXT PRIMARY KEY,
    ticket_id INTEGER NOT NULL,
    told_at   INTEGER NOT NULL,
    listed    INTEGER NOT NULL
);
-- What became of an address that notices went to, and the last of them.
CREATE TABLE notice_address (
    kind       TEXT NOT NULL,
    value      TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (kind, value)
);
-- What was there before is no news.
INSERT INTO meta (name, value) SELECT 'notices', COALESCE(max(id), 0) FROM ticket;
