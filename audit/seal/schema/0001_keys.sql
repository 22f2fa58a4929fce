-- data.db of a key set, layout 1. Every key in it is wrapped; docs/formats.md says by what.

-- Which log this set belongs to, and the secret from which tags and state keys are derived.
CREATE TABLE key_set (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  origin TEXT NOT NULL,
  log    BLOB,
  lookup BLOB NOT NULL
) STRICT;

CREATE TABLE buckets (
  bucket  INTEGER PRIMARY KEY,
  epoch   INTEGER NOT NULL,
  wrapped BLOB NOT NULL
) STRICT;

-- One key a customer and quarter (year times four, plus 0 to 3); the customer as a keyed HMAC.
CREATE TABLE data_keys (
  id      BLOB PRIMARY KEY,
  bucket  INTEGER NOT NULL,
  subject BLOB NOT NULL,
  quarter INTEGER NOT NULL,
  wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX data_keys_by_subject ON data_keys (subject, quarter);
