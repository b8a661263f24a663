-- +goose Up
-- Who is told at once of emergencies: those of an agency and of all below it, '' of the whole city; step 1 first, the next where nobody looks.
CREATE TABLE oncall (
    agency   TEXT COLLATE "C" NOT NULL,
    step     BIGINT NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    value    TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    set_by   TEXT COLLATE "C" NOT NULL,
    set_at   BIGINT NOT NULL,
    PRIMARY KEY (agency, kind, value)
);
-- How often those of an agency were told of an emergency, when last, and who looked at it first.
CREATE TABLE alert (
    ticket_id BIGINT NOT NULL,
    agency    TEXT COLLATE "C" NOT NULL,
    times     BIGINT NOT NULL,
    told_at   BIGINT NOT NULL,
    seen_at   BIGINT NOT NULL,
    seen_by   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ticket_id, agency)
);
-- When those of an agency were last written to, and how long they are left in peace from then on, in microseconds.
CREATE TABLE alert_mark (
    agency  TEXT COLLATE "C" NOT NULL,
    step    BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    gap     BIGINT NOT NULL,
    PRIMARY KEY (agency, step)
);
