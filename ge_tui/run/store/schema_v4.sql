-- Version 4: how the prompts are worded, what each call used, and what a model was asked to word anew.

CREATE TABLE wording (                       -- one text of a persona, a category or a template; "original": from the files
  id INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,                  -- key@digest, the same in every run
  key TEXT NOT NULL,                         -- template/eot, persona/expert, category/unusual
  text_blob INTEGER NOT NULL REFERENCES blob(id),
  parent INTEGER REFERENCES wording(id),     -- what it was made from; NULL: an original
  original INTEGER REFERENCES wording(id),   -- the first of its line; NULL: an original
  born INTEGER NOT NULL,                     -- the generation it came in
  holds_since INTEGER,                       -- the generation from which others are measured against it; NULL: not yet
  ended INTEGER,                             -- the generation it went in; NULL: it lives
  ending TEXT NOT NULL DEFAULT ''            -- why
) STRICT;
CREATE INDEX wording_key ON wording(key);

CREATE TABLE call_wording (                  -- what each call was worded by
  individual INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  step INTEGER NOT NULL,
  wording INTEGER NOT NULL REFERENCES wording(id),
  PRIMARY KEY (individual, attempt, step, wording),
  FOREIGN KEY (individual, attempt, step) REFERENCES llm_call(individual, attempt, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_wording_wording ON call_wording(wording);

CREATE TABLE rephrasing (                    -- a call that asked for a new wording: no more than one a generation
  generation INTEGER PRIMARY KEY,
  at REAL NOT NULL,
  wording INTEGER NOT NULL REFERENCES wording(id),     -- what was to be reworded
  made INTEGER REFERENCES wording(id),       -- what came of it; NULL: refused
  refusal TEXT NOT NULL DEFAULT '',          -- its reason
  model TEXT NOT NULL,
  digest TEXT NOT NULL,
  server_version TEXT NOT NULL,
  options TEXT NOT NULL CHECK (json_valid(options)),   -- as sent, the seed included
  prompt_blob INTEGER NOT NULL REFERENCES blob(id),
  answer_blob INTEGER NOT NULL REFERENCES blob(id),
  thinking_blob INTEGER REFERENCES blob(id),
  failure TEXT,                              -- the kind; NULL: it was answered
  detail TEXT NOT NULL DEFAULT '',
  finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
  prompt_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  first_token_s REAL NOT NULL,
  load_s REAL NOT NULL,
  total_s REAL NOT NULL
) STRICT;
