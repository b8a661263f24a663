-- +goose Up
-- Times are microseconds since 1970 UTC; 0 means none. Ids are time-ordered and drawn by the program.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
);
INSERT INTO meta (name, value) VALUES ('node', 0);

-- What platforms delivered: never changed, kept for the configured days.
CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY,
    account     TEXT NOT NULL,
    event_id    TEXT NOT NULL,
    kind        TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    payload     TEXT NOT NULL,
    raw         BLOB NOT NULL,
    CONSTRAINT inbox_event UNIQUE (account, event_id)
);
-- What became of it. state: 0 waiting, 1 done, 2 quarantine.
CREATE TABLE inbox_work (
    id         INTEGER PRIMARY KEY,
    sender     TEXT NOT NULL,
    hold_until INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    outcome    TEXT NOT NULL,
    ticket_id  INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    reason     TEXT NOT NULL
);
CREATE INDEX inbox_work_due ON inbox_work (hold_until, id) WHERE state = 0;
CREATE INDEX inbox_work_sender ON inbox_work (sender, id) WHERE state = 0;
CREATE INDEX inbox_work_quarantine ON inbox_work (id) WHERE state = 2;

CREATE TABLE citizen (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    language    TEXT NOT NULL,
    quiet       BOOLEAN NOT NULL,
    created_at  INTEGER NOT NULL
);
CREATE TABLE address (
    id         INTEGER PRIMARY KEY,
    citizen_id INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    value      TEXT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    last_in_at INTEGER NOT NULL,
    account    TEXT NOT NULL,
    thread     TEXT NOT NULL,
    CONSTRAINT address_value UNIQUE (kind, value)
);

CREATE TABLE ticket (
    id           INTEGER PRIMARY KEY,
    reference    TEXT NOT NULL,
    version      INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL,
    state_before TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    agency       TEXT NOT NULL,
    category     TEXT NOT NULL,
    area         TEXT NOT NULL,
    lat          REAL NOT NULL,
    lng          REAL NOT NULL,
    located      BOOLEAN NOT NULL,
    citizen_id   INTEGER NOT NULL,
    channel      TEXT NOT NULL,
    account      TEXT NOT NULL,
    address_kind TEXT NOT NULL,
    address      TEXT NOT NULL,
    thread       TEXT NOT NULL,
    reply_to     TEXT NOT NULL,
    mute         BOOLEAN NOT NULL,
    language     TEXT NOT NULL,
    subject      TEXT NOT NULL,
    sealed       BOOLEAN NOT NULL,
    emergency    BOOLEAN NOT NULL,
    unverified   BOOLEAN NOT NULL,
    test         BOOLEAN NOT NULL,
    question     TEXT NOT NULL,
    questions    INTEGER NOT NULL,
    rejections   INTEGER NOT NULL,
    rating       INTEGER NOT NULL,
    decision     TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    chain        BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    resolved_at  INTEGER NOT NULL,
    closed_at    INTEGER NOT NULL,
    paused_at    INTEGER NOT NULL,
    CONSTRAINT ticket_reference UNIQUE (reference)
);
CREATE INDEX ticket_citizen ON ticket (citizen_id, id);
CREATE INDEX ticket_queue ON ticket (agency, state, id);

CREATE TABLE message (
    id          INTEGER PRIMARY KEY,
    ticket_id   INTEGER NOT NULL,
    citizen_id  INTEGER NOT NULL,
    direction   TEXT NOT NULL,
    channel     TEXT NOT NULL,
    account     TEXT NOT NULL,
    external_id TEXT NOT NULL,
    replaces    INTEGER NOT NULL,
    author      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    text        TEXT NOT NULL,
    quoted      TEXT NOT NULL,
    point       TEXT NOT NULL,
    sent_at     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
);
CREATE INDEX message_ticket ON message (ticket_id, id);
CREATE INDEX message_external ON message (account, external_id) WHERE external_id <> '';

CREATE TABLE attachment (
    id         INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL,
    ticket_id  INTEGER NOT NULL,
    account    TEXT NOT NULL,
    inbox_id   INTEGER NOT NULL,
    ref        TEXT NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,
    size       INTEGER NOT NULL,
    state      TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    tries      INTEGER NOT NULL,
    next_at    INTEGER NOT NULL
);
CREATE INDEX attachment_message ON attachment (message_id, id);
CREATE INDEX attachment_pending ON attachment (next_at, id) WHERE state = 'pending';

-- Append-only; hash chains each ticket's events.
CREATE TABLE event (
    id        INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    actor     TEXT NOT NULL,
    type      TEXT NOT NULL,
    data      TEXT NOT NULL,
    hash      BLOB NOT NULL,
    PRIMARY KEY (ticket_id, id)
);

-- An intent: its id is its message's.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY,
    ticket_id    INTEGER NOT NULL,
    purpose      TEXT NOT NULL,
    account      TEXT NOT NULL,
    address_kind TEXT NOT NULL,
    address      TEXT NOT NULL,
    thread       TEXT NOT NULL,
    reply_to     TEXT NOT NULL,
    choices      TEXT NOT NULL,
    automatic    BOOLEAN NOT NULL,
    tell         TEXT NOT NULL,
    state        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    next_at      INTEGER NOT NULL,
    lease_until  INTEGER NOT NULL,
    holder       INTEGER NOT NULL,
    done_at      INTEGER NOT NULL
);
CREATE INDEX outbox_due ON outbox (account, next_at, id) WHERE done_at = 0;
CREATE INDEX outbox_line ON outbox (account, address, id) WHERE done_at = 0;

CREATE TABLE outbox_part (
    id          INTEGER PRIMARY KEY,
    outbox_id   INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    account     TEXT NOT NULL,
    key         TEXT NOT NULL,
    text        TEXT NOT NULL,
    state       TEXT NOT NULL,
    tries       INTEGER NOT NULL,
    doubts      INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    segments    INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    code        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    first_at    INTEGER NOT NULL,
    done_at     INTEGER NOT NULL,
    CONSTRAINT outbox_part_key UNIQUE (key)
);
CREATE INDEX outbox_part_outbox ON outbox_part (outbox_id, n);
CREATE INDEX outbox_part_external ON outbox_part (account, external_id) WHERE external_id <> '';

-- One call to a platform, written before it is made. outcome '' means: never heard of again.
CREATE TABLE attempt (
    id       INTEGER PRIMARY KEY,
    part_id  INTEGER NOT NULL,
    holder   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    outcome  TEXT NOT NULL,
    code     TEXT NOT NULL
);
CREATE INDEX attempt_part ON attempt (part_id, id);

-- Delivery receipts; matched 0 until the part they speak of is known.
CREATE TABLE report (
    account    TEXT NOT NULL,
    event_id   TEXT NOT NULL,
    message_id TEXT NOT NULL,
    key        TEXT NOT NULL,
    state      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    code       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    part_id    INTEGER NOT NULL,
    PRIMARY KEY (account, event_id)
);
CREATE INDEX report_open ON report (account, message_id) WHERE part_id = 0;

CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    fence  INTEGER NOT NULL,
    until  INTEGER NOT NULL
);
CREATE TABLE timer (
    kind    TEXT NOT NULL,
    subject INTEGER NOT NULL,
    due_at  INTEGER NOT NULL,
    data    TEXT NOT NULL,
    tries   INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX timer_due ON timer (due_at, kind, subject);

CREATE TABLE account (
    name        TEXT PRIMARY KEY,
    cursor      TEXT NOT NULL,
    state       TEXT NOT NULL,
    last_in_at  INTEGER NOT NULL,
    last_out_at INTEGER NOT NULL,
    hold_until  INTEGER NOT NULL,
    error       TEXT NOT NULL,
    error_at    INTEGER NOT NULL
);
CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    hash       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    agency     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL,
    CONSTRAINT token_hash UNIQUE (hash)
);
CREATE TABLE idempotency (
    scope      TEXT NOT NULL,
    key        TEXT NOT NULL,
    request    TEXT NOT NULL,
    result     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
