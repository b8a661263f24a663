-- +goose Up
-- Where an agency hears of its work, as a person set it; without a row the city pack's word counts.
CREATE TABLE agency_contact (
    agency   TEXT COLLATE "C" PRIMARY KEY,
    mail     TEXT COLLATE "C" NOT NULL,
    chat     TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    set_by   TEXT COLLATE "C" NOT NULL,
    set_at   BIGINT NOT NULL
);
-- What an agency is still to hear of beside what is new: urgent, moved to it, opened again.
CREATE TABLE notice (
    id        BIGINT PRIMARY KEY,
    agency    TEXT COLLATE "C" NOT NULL,
    ticket_id BIGINT NOT NULL,
    what      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX notice_agency ON notice (agency, id);
CREATE INDEX notice_urgent ON notice (agency) WHERE what = 'urgent';
-- How far an agency was told: of new tickets up to this id, when, and on which day (20261125) by the daily list.
CREATE TABLE notice_mark (
    agency    TEXT COLLATE "C" PRIMARY KEY,
    ticket_id BIGINT NOT NULL,
    told_at   BIGINT NOT NULL,
    listed    BIGINT NOT NULL
);
-- What became of an address that notices went to, and the last of them.
CREATE TABLE notice_address (
    kind       TEXT COLLATE "C" NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    message_id BIGINT NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    reason     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (kind, value)
);
-- What was there before is no news.
INSERT INTO meta (name, value) SELECT 'notices', COALESCE(max(id), 0) FROM ticket;
