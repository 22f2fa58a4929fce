-- Layout 2: search tags are sorted within blocks of 65,536 records and merged a few at a time.

-- Sorted tags; those that layout 1 merged stay in `tags`. `block` is idx / 65,536: what a merge changes lies together, however long
-- the log is.
CREATE TABLE block_tags (
  block INTEGER NOT NULL,
  tag   BLOB NOT NULL,
  idx   INTEGER NOT NULL,
  PRIMARY KEY (block, tag, idx)
) STRICT, WITHOUT ROWID;

-- The merge that is under way, if one is: of the rows of recent_tags from `first` on and before `below`, what does not come behind
-- (tag, idx) lies in block_tags too and is read there.
CREATE TABLE tag_merge (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  first INTEGER NOT NULL,
  below INTEGER NOT NULL,
  tag   BLOB NOT NULL,
  idx   INTEGER NOT NULL
) STRICT;
