#!/usr/bin/env python3
"""The order in which things lie changes no byte of `decide --outcome`: declarations of a file, files of a pack, folders of packs,
one job or two.

    order_test.py CAVEAT REPOSITORY
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

CAVEAT, REPOSITORY = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
TURNS = sorted((REPOSITORY / "examples").glob("*.jsonl"))


def outcome(rules, jobs):
    command = [CAVEAT, "decide", "--outcome", "--jobs", str(jobs), "--rules", str(rules)]
    done = subprocess.run([*command, *map(str, TURNS)], capture_output=True, timeout=120, check=False,
                          env={**os.environ, "LANG": "C.UTF-8"})
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def declarations(text):
    """A file cut at each line that begins at the margin with a word; what stands before a declaration goes with it."""
    pieces, open_piece, begun = [], [], False
    for line in text.splitlines(keepends=True):
        at_margin = line[:1] not in (" ", "\n", "\r", "#", "")
        if at_margin and begun:
            pieces.append("".join(open_piece))
            open_piece, begun = [], False
        open_piece.append(line)
        begun = begun or at_margin
    if open_piece:
        pieces.append("".join(open_piece))
    if pieces and not pieces[-1].endswith("\n"):
        pieces[-1] += "\n"
    return pieces


def laid_out(folder, dice, shuffle):
    """The packs of the repository under other names, in another order."""
    packs = sorted({path.parent for path in (REPOSITORY / "rules").rglob("pack.cav")})
    dice.shuffle(packs)
    for number, pack in enumerate(packs):
        target = folder / f"{number}"
        shutil.copytree(pack, target)
        files = [path for path in target.rglob("*.cav") if path.name != "pack.cav"]
        dice.shuffle(files)
        for place, path in enumerate(files):
            text = path.read_text(encoding="utf-8")
            if shuffle:
                pieces = declarations(text)
                dice.shuffle(pieces)
                text = "".join(pieces)
            path.unlink()
            (path.parent / f"{place:03}.cav").write_text(text, encoding="utf-8")


def main():
    wanted = outcome(REPOSITORY / "rules", 1)
    assert wanted.count(b"cbor_sha256") >= 60, "too few outcomes to compare"
    with tempfile.TemporaryDirectory(prefix="order.") as name:
        for seed in range(3):
            dice = random.Random(seed)
            folder = pathlib.Path(name) / str(seed)
            folder.mkdir()
            laid_out(folder, dice, shuffle=seed > 0)
            for jobs in (1, 2):
                assert outcome(folder, jobs) == wanted, f"another outcome: seed {seed}, {jobs} jobs"
    print(f"{wanted.count(b'cbor_sha256')} outcomes are the same bytes in 3 other orders, with 1 job and with 2")


if __name__ == "__main__":
    main()
