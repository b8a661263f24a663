-- +goose Up
-- Times are microseconds since 1970 UTC; 0 means none. Ids are time-ordered and drawn by the program.
CREATE TABLE meta (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO meta (name, value) VALUES ('node', 0);

-- What platforms delivered: never changed, kept for the configured days.
CREATE TABLE inbox (
    id          BIGINT PRIMARY KEY,
    account     TEXT COLLATE "C" NOT NULL,
    event_id    TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    payload     TEXT NOT NULL,
    raw         BYTEA NOT NULL,
    CONSTRAINT inbox_event UNIQUE (account, event_id)
);
-- What became of it. state: 0 waiting, 1 done, 2 quarantine.
CREATE TABLE inbox_work (
    id         BIGINT PRIMARY KEY,
    sender     TEXT COLLATE "C" NOT NULL,
    hold_until BIGINT NOT NULL,
    state      SMALLINT NOT NULL,
    outcome    TEXT COLLATE "C" NOT NULL,
    ticket_id  BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    reason     TEXT NOT NULL
);
CREATE INDEX inbox_work_due ON inbox_work (hold_until, id) WHERE state = 0;
CREATE INDEX inbox_work_sender ON inbox_work (sender, id) WHERE state = 0;
CREATE INDEX inbox_work_quarantine ON inbox_work (id) WHERE state = 2;

CREATE TABLE citizen (
    id          BIGINT PRIMARY KEY,
    name        TEXT NOT NULL,
    language    TEXT COLLATE "C" NOT NULL,
    quiet       BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE TABLE address (
    id         BIGINT PRIMARY KEY,
    citizen_id BIGINT NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    reason     TEXT NOT NULL,
    last_in_at BIGINT NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    thread     TEXT COLLATE "C" NOT NULL,
    CONSTRAINT address_value UNIQUE (kind, value)
);

CREATE TABLE ticket (
    id           BIGINT PRIMARY KEY,
    reference    TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    state_before TEXT COLLATE "C" NOT NULL,
    outcome      TEXT COLLATE "C" NOT NULL,
    agency       TEXT COLLATE "C" NOT NULL,
    category     TEXT COLLATE "C" NOT NULL,
    area         TEXT COLLATE "C" NOT NULL,
    lat          DOUBLE PRECISION NOT NULL,
    lng          DOUBLE PRECISION NOT NULL,
    located      BOOLEAN NOT NULL,
    citizen_id   BIGINT NOT NULL,
    channel      TEXT COLLATE "C" NOT NULL,
    account      TEXT COLLATE "C" NOT NULL,
    address_kind TEXT COLLATE "C" NOT NULL,
    address      TEXT COLLATE "C" NOT NULL,
    thread       TEXT COLLATE "C" NOT NULL,
    reply_to     TEXT COLLATE "C" NOT NULL,
    mute         BOOLEAN NOT NULL,
    language     TEXT COLLATE "C" NOT NULL,
    subject      TEXT NOT NULL,
    sealed       BOOLEAN NOT NULL,
    emergency    BOOLEAN NOT NULL,
    unverified   BOOLEAN NOT NULL,
    test         BOOLEAN NOT NULL,
    question     TEXT COLLATE "C" NOT NULL,
    questions    INTEGER NOT NULL,
    rejections   INTEGER NOT NULL,
    rating       INTEGER NOT NULL,
    decision     TEXT NOT NULL,
    external_ids TEXT NOT NULL,
    chain        BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    resolved_at  BIGINT NOT NULL,
    closed_at    BIGINT NOT NULL,
    paused_at    BIGINT NOT NULL,
    CONSTRAINT ticket_reference UNIQUE (reference)
);
CREATE INDEX ticket_citizen ON ticket (citizen_id, id);
CREATE INDEX ticket_queue ON ticket (agency, state, id);

CREATE TABLE message (
    id          BIGINT PRIMARY KEY,
    ticket_id   BIGINT NOT NULL,
    citizen_id  BIGINT NOT NULL,
    direction   TEXT COLLATE "C" NOT NULL,
    channel     TEXT COLLATE "C" NOT NULL,
    account     TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    replaces    BIGINT NOT NULL,
    author      TEXT COLLATE "C" NOT NULL,
    subject     TEXT NOT NULL,
    text        TEXT NOT NULL,
    quoted      TEXT NOT NULL,
    point       TEXT NOT NULL,
    sent_at     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX message_ticket ON message (ticket_id, id);
CREATE INDEX message_external ON message (account, external_id) WHERE external_id <> '';

CREATE TABLE attachment (
    id         BIGINT PRIMARY KEY,
    message_id BIGINT NOT NULL,
    ticket_id  BIGINT NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    inbox_id   BIGINT NOT NULL,
    ref        TEXT COLLATE "C" NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT COLLATE "C" NOT NULL,
    size       BIGINT NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    sha256     TEXT COLLATE "C" NOT NULL,
    tries      INTEGER NOT NULL,
    next_at    BIGINT NOT NULL
);
CREATE INDEX attachment_message ON attachment (message_id, id);
CREATE INDEX attachment_pending ON attachment (next_at, id) WHERE state = 'pending';

-- Append-only; hash chains each ticket's events.
CREATE TABLE event (
    id        BIGINT NOT NULL,
    ticket_id BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    actor     TEXT COLLATE "C" NOT NULL,
    type      TEXT COLLATE "C" NOT NULL,
    data      TEXT NOT NULL,
    hash      BYTEA NOT NULL,
    PRIMARY KEY (ticket_id, id)
);

-- An intent: its id is its message's.
CREATE TABLE outbox (
    id           BIGINT PRIMARY KEY,
    ticket_id    BIGINT NOT NULL,
    purpose      TEXT COLLATE "C" NOT NULL,
    account      TEXT COLLATE "C" NOT NULL,
    address_kind TEXT COLLATE "C" NOT NULL,
    address      TEXT COLLATE "C" NOT NULL,
    thread       TEXT COLLATE "C" NOT NULL,
    reply_to     TEXT COLLATE "C" NOT NULL,
    choices      TEXT NOT NULL,
    automatic    BOOLEAN NOT NULL,
    tell         TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    reason       TEXT NOT NULL,
    next_at      BIGINT NOT NULL,
    lease_until  BIGINT NOT NULL,
    holder       BIGINT NOT NULL,
    done_at      BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (account, next_at, id) WHERE done_at = 0;
CREATE INDEX outbox_line ON outbox (account, address, id) WHERE done_at = 0;

CREATE TABLE outbox_part (
    id          BIGINT PRIMARY KEY,
    outbox_id   BIGINT NOT NULL,
    n           INTEGER NOT NULL,
    account     TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    text        TEXT NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    tries       INTEGER NOT NULL,
    doubts      INTEGER NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    segments    INTEGER NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    code        TEXT COLLATE "C" NOT NULL,
    reason      TEXT NOT NULL,
    first_at    BIGINT NOT NULL,
    done_at     BIGINT NOT NULL,
    CONSTRAINT outbox_part_key UNIQUE (key)
);
CREATE INDEX outbox_part_outbox ON outbox_part (outbox_id, n);
CREATE INDEX outbox_part_external ON outbox_part (account, external_id) WHERE external_id <> '';

-- One call to a platform, written before it is made. outcome '' means: never heard of again.
CREATE TABLE attempt (
    id       BIGINT PRIMARY KEY,
    part_id  BIGINT NOT NULL,
    holder   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    outcome  TEXT COLLATE "C" NOT NULL,
    code     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX attempt_part ON attempt (part_id, id);

-- Delivery receipts; matched 0 until the part they speak of is known.
CREATE TABLE report (
    account    TEXT COLLATE "C" NOT NULL,
    event_id   TEXT COLLATE "C" NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    key        TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    code       TEXT COLLATE "C" NOT NULL,
    reason     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    part_id    BIGINT NOT NULL,
    PRIMARY KEY (account, event_id)
);
CREATE INDEX report_open ON report (account, message_id) WHERE part_id = 0;

CREATE TABLE lease (
    name   TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    fence  BIGINT NOT NULL,
    until  BIGINT NOT NULL
);
CREATE TABLE timer (
    kind    TEXT COLLATE "C" NOT NULL,
    subject BIGINT NOT NULL,
    due_at  BIGINT NOT NULL,
    data    TEXT NOT NULL,
    tries   INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX timer_due ON timer (due_at, kind, subject);

CREATE TABLE account (
    name        TEXT COLLATE "C" PRIMARY KEY,
    cursor      TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    last_in_at  BIGINT NOT NULL,
    last_out_at BIGINT NOT NULL,
    hold_until  BIGINT NOT NULL,
    error       TEXT NOT NULL,
    error_at    BIGINT NOT NULL
);
CREATE TABLE token (
    id         BIGINT PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    hash       TEXT COLLATE "C" NOT NULL,
    scopes     TEXT COLLATE "C" NOT NULL,
    agency     TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    CONSTRAINT token_hash UNIQUE (hash)
);
CREATE TABLE idempotency (
    scope      TEXT COLLATE "C" NOT NULL,
    key        TEXT COLLATE "C" NOT NULL,
    request    TEXT COLLATE "C" NOT NULL,
    result     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
