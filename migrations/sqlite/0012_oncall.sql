-- +goose Up
-- Who is told at once of emergencies: those of an agency and of all below it, '' of the whole city; step 1 first, the next where nobody looks.
CREATE TABLE oncall (
    agency   TEXT NOT NULL,
    step     INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    value    TEXT NOT NULL,
    language TEXT NOT NULL,
    set_by   TEXT NOT NULL,
    set_at   INTEGER NOT NULL,
    PRIMARY KEY (agency, kind, value)
);
-- How often those of an agency were told of an emergency, when last, and who looked at it first.
CREATE TABLE alert (
    ticket_id INTEGER NOT NULL,
    agency    TEXT NOT NULL,
    times     INTEGER NOT NULL,
    told_at   INTEGER NOT NULL,
    seen_at   INTEGER NOT NULL,
    seen_by   TEXT NOT NULL,
    PRIMARY KEY (ticket_id, agency)
);
-- When those of an agency were last written to, and how long they are left in peace from then on, in microseconds.
CREATE TABLE alert_mark (
    agency  TEXT NOT NULL,
    step    INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    gap     INTEGER NOT NULL,
    PRIMARY KEY (agency, step)
);
