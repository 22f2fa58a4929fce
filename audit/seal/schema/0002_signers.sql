-- Layout 2: the signers of the log in order; the last one signs. `note` is signed by the one before and by this one (empty for the
-- first), text: caveat.signer/v1, the verifier key before, the verifier key after.
CREATE TABLE signers (
  number INTEGER PRIMARY KEY,
  vkey   TEXT NOT NULL,
  note   TEXT NOT NULL
) STRICT;
