-- Version 3: calls under way, with the words that have come so far; gone when the call is on record.

CREATE TABLE live_call (
  individual INTEGER NOT NULL REFERENCES individual(number),
  attempt INTEGER NOT NULL,
  step INTEGER NOT NULL,
  at REAL NOT NULL,                          -- when it was sent
  operator TEXT NOT NULL,
  template TEXT NOT NULL,
  persona TEXT NOT NULL,
  category TEXT NOT NULL,
  segment TEXT,
  model TEXT NOT NULL,
  temperature REAL,
  system_blob INTEGER NOT NULL REFERENCES blob(id),
  prompt_blob INTEGER NOT NULL REFERENCES blob(id),
  PRIMARY KEY (individual, attempt, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE live_words (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  individual INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  step INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('thinking', 'text', 'again')),  -- again: what came before does not count
  text TEXT NOT NULL
) STRICT;
