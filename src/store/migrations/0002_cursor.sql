-- Where the next read of a calendar can go on, and when all its names were last listed. Like the mirror it may be
-- dropped at any time: the next read then lists everything.
CREATE TABLE calendar (
    account  TEXT NOT NULL,
    calendar TEXT NOT NULL,
    cursor   TEXT,
    listed   INTEGER,
    PRIMARY KEY (account, calendar)
) STRICT, WITHOUT ROWID;
