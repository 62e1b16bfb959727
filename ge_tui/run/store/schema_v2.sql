-- Version 2: calls to a language model, and what it said it learned.

CREATE TABLE llm_call (
  id INTEGER PRIMARY KEY,
  individual INTEGER NOT NULL REFERENCES individual(number),
  attempt INTEGER NOT NULL,                  -- of filling the individual's slot
  step INTEGER NOT NULL,                     -- which of the attempt's operators
  at REAL NOT NULL,
  operator TEXT NOT NULL,
  template TEXT NOT NULL,
  persona TEXT NOT NULL,
  category TEXT NOT NULL,
  segment TEXT,                              -- NULL: the whole file
  model TEXT NOT NULL,
  digest TEXT NOT NULL,
  server_version TEXT NOT NULL,
  options TEXT NOT NULL CHECK (json_valid(options)),   -- as sent, the seed included
  system_blob INTEGER NOT NULL REFERENCES blob(id),
  prompt_blob INTEGER NOT NULL REFERENCES blob(id),
  answer_blob INTEGER REFERENCES blob(id),
  thinking_blob INTEGER REFERENCES blob(id),
  failure TEXT,                              -- the kind; NULL: it was answered
  detail TEXT NOT NULL DEFAULT '',
  finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
  read_as TEXT NOT NULL DEFAULT '',          -- by which rung it was read, or why it was refused
  prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  first_token_s REAL NOT NULL,
  load_s REAL NOT NULL,
  total_s REAL NOT NULL,
  UNIQUE (individual, attempt, step)
) STRICT;

CREATE TABLE insight (
  id INTEGER PRIMARY KEY,
  individual INTEGER NOT NULL REFERENCES individual(number),  -- in whose making it was said
  elite INTEGER NOT NULL REFERENCES individual(number),
  segment TEXT NOT NULL,
  text_blob INTEGER NOT NULL REFERENCES blob(id),
  at REAL NOT NULL
) STRICT;
