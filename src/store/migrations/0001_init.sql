-- Times are whole seconds since 1970 UTC, weeks are texts such as 2026-W47, both sort as they are.

-- What seawall wrote and what became of it.
CREATE TABLE ledger (
    uid           TEXT PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('hold', 'summary', 'canary')),
    account       TEXT NOT NULL,
    calendar      TEXT NOT NULL,
    week          TEXT NOT NULL,
    role          TEXT NOT NULL,
    ordinal       INTEGER NOT NULL,
    generation    INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('live', 'released', 'dismissed')),
    written_start INTEGER NOT NULL,
    written_end   INTEGER NOT NULL,
    written_busy  INTEGER NOT NULL CHECK (written_busy IN (0, 1)),
    written_hash  TEXT NOT NULL,
    pinned        INTEGER NOT NULL CHECK (pinned IN (0, 1))
) STRICT;

-- Time closed to holds because the user deleted or moved one away from it.
CREATE TABLE closed (
    start_at INTEGER NOT NULL,
    end_at   INTEGER NOT NULL,
    role     TEXT NOT NULL,
    week     TEXT NOT NULL,
    forgiven INTEGER NOT NULL,
    PRIMARY KEY (start_at, end_at, role, week, forgiven)
) STRICT, WITHOUT ROWID;

-- What history knows of an occurrence. An empty recurrence_id stands for one that does not recur: a NULL would be
-- unequal to itself and let the key repeat.
CREATE TABLE sighting (
    account       TEXT NOT NULL,
    calendar      TEXT NOT NULL,
    uid           TEXT NOT NULL,
    recurrence_id TEXT NOT NULL,
    start_at      INTEGER NOT NULL,
    end_at        INTEGER NOT NULL,
    busy          INTEGER NOT NULL CHECK (busy IN (0, 1)),
    first_seen    INTEGER NOT NULL,
    changed       INTEGER,
    cause         TEXT CHECK (cause IN ('new', 'moved', 'lengthened', 'accepted late')),
    cancelled     INTEGER,
    PRIMARY KEY (account, calendar, uid, recurrence_id),
    CHECK ((changed IS NULL) = (cause IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_end ON sighting (end_at);

-- Every write that was sent. Only ever added to.
CREATE TABLE write_log (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    action   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    uid      TEXT NOT NULL,
    calendar TEXT NOT NULL,
    title    TEXT NOT NULL,
    start_at INTEGER NOT NULL,
    end_at   INTEGER NOT NULL,
    why      TEXT NOT NULL,
    error    TEXT
) STRICT;
CREATE INDEX write_log_at ON write_log (at);

-- Minutes of each week.
CREATE TABLE balance (
    week      TEXT PRIMARY KEY,
    protected INTEGER NOT NULL,
    meetings  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the calendars said when last read; may be dropped at any time.
CREATE TABLE mirror (
    account  TEXT NOT NULL,
    calendar TEXT NOT NULL,
    href     TEXT NOT NULL,
    etag     TEXT NOT NULL,
    body     BLOB NOT NULL,
    PRIMARY KEY (account, calendar, href)
) STRICT;

-- Single values by name.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
