-- The run database, version 1. One file is one run. STRICT tables need SQLite 3.37.
-- In tables WITHOUT ROWID the columns of the key come first: where they do not, the integrity check of
-- SQLite 3.40 takes whole tables for damaged ("NULL value in parent.parent").

CREATE TABLE blob (                          -- content-addressed text: sources, outputs
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  size INTEGER NOT NULL,                     -- of the text in UTF-8, bytes
  codec TEXT NOT NULL CHECK (codec IN ('raw', 'zlib')),
  data BLOB NOT NULL
) STRICT;

CREATE TABLE run (                           -- one row
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  created_at REAL NOT NULL,                  -- seconds since the epoch, as everywhere
  status TEXT NOT NULL CHECK (status IN ('new', 'running', 'stopped', 'finished', 'failed')),
  status_reason TEXT NOT NULL DEFAULT '',
  settings TEXT NOT NULL CHECK (json_valid(settings)),       -- as launched
  task TEXT NOT NULL CHECK (json_valid(task)),               -- name, folder, the task file's content
  data TEXT NOT NULL CHECK (json_valid(data)),               -- name, digest, counts
  objectives TEXT NOT NULL CHECK (json_valid(objectives)),   -- with references once the seed is measured
  environment TEXT NOT NULL CHECK (json_valid(environment)), -- versions, device
  seconds REAL NOT NULL DEFAULT 0            -- worked so far, over all sessions
) STRICT;

CREATE TABLE control (                       -- every value of every control, in the order it came into force
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  actor TEXT NOT NULL CHECK (actor IN ('launch', 'user', 'auto', 'resume')),
  key TEXT NOT NULL,
  old TEXT CHECK (old IS NULL OR json_valid(old)),
  new TEXT NOT NULL CHECK (json_valid(new)),
  request TEXT UNIQUE                        -- the sender's id, so that it can see its request arrive
) STRICT;

CREATE TABLE individual (
  number INTEGER PRIMARY KEY,                -- dense; 0 is the seed
  generation INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  operator TEXT NOT NULL,
  proposer TEXT NOT NULL,                    -- seed, offline, ...
  persona TEXT,
  category TEXT,
  segment TEXT,
  temperature REAL,
  arguments TEXT NOT NULL CHECK (json_valid(arguments)),
  draw TEXT NOT NULL,                        -- the key of the generator its choices were drawn from
  control_seq INTEGER NOT NULL REFERENCES control(seq),      -- the newest control in force
  status TEXT NOT NULL CHECK (status IN
    ('proposing', 'waiting', 'evaluating', 'evaluated', 'failed', 'duplicate', 'rejected')),
  outcome TEXT,
  reason TEXT NOT NULL DEFAULT '',
  source_blob INTEGER REFERENCES blob(id),
  syntax_hash TEXT,
  fingerprint TEXT,
  params INTEGER,
  duplicate_of INTEGER REFERENCES individual(number),
  lost INTEGER NOT NULL DEFAULT 0,           -- how often it was under way when the engine died
  created_at REAL NOT NULL,
  UNIQUE (generation, slot)
) STRICT;
CREATE INDEX individual_syntax ON individual(syntax_hash);
CREATE INDEX individual_fingerprint ON individual(fingerprint);
CREATE INDEX individual_status ON individual(status);

CREATE TABLE parent (
  child INTEGER NOT NULL REFERENCES individual(number),
  place INTEGER NOT NULL,                    -- 0 is the parent whose text was changed
  parent INTEGER NOT NULL REFERENCES individual(number),
  PRIMARY KEY (child, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX parent_children ON parent(parent);

CREATE TABLE carried (                       -- a slot whose draws left its parent unchanged
  generation INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  individual INTEGER NOT NULL REFERENCES individual(number),
  PRIMARY KEY (generation, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation (
  id INTEGER PRIMARY KEY,
  individual INTEGER NOT NULL REFERENCES individual(number),
  recipe TEXT NOT NULL,
  rung TEXT NOT NULL,
  seed INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'ok', 'failed', 'lost')),
  outcome TEXT,
  reason TEXT NOT NULL DEFAULT '',
  started_at REAL NOT NULL,
  wall_s REAL,
  cpu_s REAL,
  peak_mb REAL,
  output_blob INTEGER REFERENCES blob(id),
  UNIQUE (individual, recipe, rung, seed, attempt)
) STRICT;

CREATE TABLE metric (                        -- NaN becomes NULL in SQLite, so it cannot be stored
  evaluation INTEGER NOT NULL REFERENCES evaluation(id),
  name TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (evaluation, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE curve (
  evaluation INTEGER NOT NULL REFERENCES evaluation(id),
  step INTEGER NOT NULL,
  epoch REAL NOT NULL,
  train_loss REAL NOT NULL,
  accuracy REAL,
  loss REAL,
  PRIMARY KEY (evaluation, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE generation (
  number INTEGER PRIMARY KEY,
  opened_at REAL NOT NULL,
  closed_at REAL,
  hypervolume REAL,
  front_size INTEGER,
  children INTEGER,
  evaluated INTEGER,
  failed INTEGER,
  duplicates INTEGER
) STRICT;

CREATE TABLE member (                        -- the population at the close of a generation
  generation INTEGER NOT NULL REFERENCES generation(number),
  individual INTEGER NOT NULL REFERENCES individual(number),
  rank INTEGER NOT NULL,
  crowding REAL,                             -- NULL: infinite, at the border of its front
  elite INTEGER NOT NULL CHECK (elite IN (0, 1)),
  PRIMARY KEY (generation, individual)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (                         -- written with the state it tells of, in one transaction
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  kind TEXT NOT NULL,
  individual INTEGER,
  payload TEXT NOT NULL CHECK (json_valid(payload))
) STRICT;
CREATE INDEX event_individual ON event(individual);
