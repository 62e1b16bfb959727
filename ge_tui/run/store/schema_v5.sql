-- Version 5: the layers of each network, as its check traced them; NULL: not on record.

ALTER TABLE individual ADD COLUMN modules_blob INTEGER REFERENCES blob(id);
