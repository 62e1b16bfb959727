-- Version 6: what the user did with individuals, in the order in which it came on record.

CREATE TABLE act (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  actor TEXT NOT NULL,                       -- user
  kind TEXT NOT NULL,                        -- pin, unpin, veto, unveto, kill, again, breed, cross, aim, edit
  individual INTEGER NOT NULL,               -- whom it is done to; the first parent of what comes of it
  other INTEGER,                             -- the second parent of a cross
  arguments TEXT NOT NULL CHECK (json_valid(arguments)), -- operator, persona, segment, instruction, rung, seed
  source_blob INTEGER REFERENCES blob(id),   -- the text of an edit
  control_seq INTEGER NOT NULL,              -- the newest control in force
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
  settled_at REAL,                           -- when it was done or refused
  outcome TEXT NOT NULL DEFAULT '',          -- what came of it, or why it was refused
  child INTEGER REFERENCES individual(number), -- who was made by it
  request TEXT UNIQUE                        -- the sender's id
) STRICT;
CREATE INDEX act_state ON act(state)
