-- The log, layout 1. docs/formats.md says what each cell holds; `caveat log verify` looks at every one.

-- What this log is, as a signed note; one row.
CREATE TABLE about (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  note TEXT NOT NULL
) STRICT;

-- The leaves of the tree.
CREATE TABLE headers (
  idx    INTEGER PRIMARY KEY,
  header BLOB NOT NULL
) STRICT;

-- Outside the tree, so that a body can be destroyed and the tree stands.
CREATE TABLE bodies (
  idx    INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT;

-- One signed note a commit. `previous` is the size of the one before, so that none goes unseen.
CREATE TABLE checkpoints (
  tree     INTEGER NOT NULL,
  size     INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  time_us  INTEGER NOT NULL,
  note     TEXT NOT NULL,
  PRIMARY KEY (tree, size)
) STRICT, WITHOUT ROWID;

-- Roots of complete subtrees of 256^level leaves.
CREATE TABLE tiles (
  tree     INTEGER NOT NULL,
  level    INTEGER NOT NULL,
  position INTEGER NOT NULL,
  hash     BLOB NOT NULL,
  PRIMARY KEY (tree, level, position)
) STRICT, WITHOUT ROWID;

-- Keyed search tags: those of the newest records as they came (16 bytes each, in a row), the others sorted.
CREATE TABLE recent_tags (
  idx  INTEGER PRIMARY KEY,
  tags BLOB NOT NULL
) STRICT;
CREATE TABLE tags (
  tag BLOB NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (tag, idx)
) STRICT, WITHOUT ROWID;

-- A projection of the records' state changes.
CREATE TABLE state (
  kind          INTEGER NOT NULL,
  subject       BLOB NOT NULL,
  discriminator BLOB NOT NULL,
  version       INTEGER NOT NULL,
  idx           INTEGER NOT NULL,
  value         BLOB NOT NULL,
  PRIMARY KEY (kind, subject, discriminator)
) STRICT, WITHOUT ROWID;
