#!/usr/bin/python3
"""Does the log that somebody kept a checkpoint of go on as the same log? Judged from three files alone, by a program that shares nothing with Caveat
but the standards: C2SP signed notes (read as verify_package.py beside it reads them), and RFC 6962 §2.1.2 checked as RFC 9162 §2.1.4.2 says.

    consistency.py OLDER NEWER.proof KEY.vkey [KEY.vkey…]     OLDER: a checkpoint, or a receipt; NEWER.proof: what `caveat log prove LOG --since OLDER` printed.
                                                              Prints what is shown and ends 0, or what is wrong and ends 1;
                                                              2: a file cannot be read or holds no key, so nothing was judged
"""
import base64
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from verify_package import open_note, read_key, sha, strict64, wrong_if

REFUSED = (ValueError, IndexError, InvalidSignature)
RECEIPT = "c2sp.org/tlog-proof@v1\n"  # a receipt begins so, and ends with a checkpoint


def checkpoint(note, keys):
    """(size, root) of a signed note that one of the keys signed."""
    signed = [key for key in keys if f"— {key[0]} {base64.b64encode(key[1])[:4].decode()}" in note]
    wrong_if(not signed, "none of the keys that were named signed it")
    lines = open_note(note, signed[0]).split("\n")
    wrong_if(len(lines) != 4 or lines[3] or lines[0] != signed[0][0] or str(int(lines[1])) != lines[1], "it is no checkpoint of that key's log")
    return int(lines[1]), strict64(lines[2])


def begins(old_size, old_root, size, root, path):
    """That the tree of `size` leaves begins with that of `old_size`."""
    wrong_if(old_size > size, "it has fewer records")
    if old_size in (0, size):
        wrong_if(path, "it has hashes that nothing calls for")
        wrong_if(old_root != (root if old_size else sha()), "it has another root")
        return
    path, first, last = list(path), old_size - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    if old_size & old_size - 1 == 0:
        path.insert(0, old_root)
    wrong_if(not path, "a hash is missing")
    old = new = path[0]
    for sibling in path[1:]:
        wrong_if(last == 0, "it has a hash too many")
        if first & 1 or first == last:
            old, new = sha(b"\1", sibling, old), sha(b"\1", sibling, new)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new = sha(b"\1", new, sibling)
        first, last = first >> 1, last >> 1
    wrong_if(last or old != old_root or new != root, "the hashes do not lead from the one root to the other")


def judge(older, proof, keys):
    """(older size, newer size), or one of REFUSED."""
    if older.startswith(RECEIPT):
        older = older.partition("\n\n")[2]
    old_size, old_root = checkpoint(older, keys)
    head, _, note = proof.partition("\n\n")
    first, *hashes = head.split("\n")
    wrong_if(first != f"old {old_size}", "the proof is for another size: " + first)
    size, root = checkpoint(note, keys)
    begins(old_size, old_root, size, root, [strict64(line) for line in hashes])
    return old_size, size


def main():
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        older, proof, *files = (pathlib.Path(path).read_bytes().decode() for path in sys.argv[1:])
        keys = [read_key(line.strip() + "\n") for file in files for line in file.splitlines() if line.strip()]
        wrong_if(not keys, "no key was named")
    except (OSError, ValueError) as wrong:
        print(f"nothing was judged: {wrong}", file=sys.stderr)
        return 2
    try:
        old_size, size = judge(older, proof, keys)
    except REFUSED as wrong:
        print(f"not shown: {str(wrong) or 'a signature is not that of the key'}")
        return 1
    print(f"the {size} records begin with the {old_size} of the older checkpoint")
    return 0


if __name__ == "__main__":
    sys.exit(main())
