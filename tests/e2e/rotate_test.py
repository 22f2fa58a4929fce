#!/usr/bin/env python3
"""Commands that write to a log beside `keys rotate`: each waits for the other, and the log verifies. Usage: rotate_test.py CAVEAT REPO

A smoke test: who comes first is chance. The orders that matter are held one by one in tests/audit/log/signer_test.cc.
"""
import os
import subprocess
import sys
import tempfile

CAVEAT = os.path.abspath(sys.argv[1])
RULES = os.path.join(os.path.abspath(sys.argv[2]), "tests/adapters/gate/pack")
TURN = '{"id":"t","message":{"text":"hello"}}\n'
TRIES = 3


def start(*arguments, **more):
    return subprocess.Popen([CAVEAT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, **more)


def main():
    beside = {
        "log show": ["log", "show", "a.db"],
        "log search": ["log", "search", "a.db", "--verdict", "allow"],
        "decide": ["decide", "--rules", RULES, "--log", "a.db", "turn.jsonl"],
        "keys rotate": ["keys", "rotate", "a.keys"],
    }
    faults = []
    for name, command in beside.items():
        for _ in range(TRIES):
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "turn.jsonl"), "w", encoding="utf-8") as out:
                    out.write(TURN)
                first = start("decide", "--rules", RULES, "--log", "a.db", "turn.jsonl", cwd=folder)
                said = first.communicate()[0]
                if not os.path.exists(os.path.join(folder, "a.db")):
                    sys.exit("no log was made: " + said)
                both = [start("keys", "rotate", "a.keys", cwd=folder), start(*command, cwd=folder)]
                for one in both:
                    said = one.communicate()[0]
                    if one.returncode != 0:
                        faults.append(f"{name}: exit {one.returncode}: {said}")
                verify = start("log", "verify", "a.db", cwd=folder)
                said = verify.communicate()[0]
                if verify.returncode != 0:
                    faults.append(f"{name} beside keys rotate: log verify {verify.returncode}: {said}")
    for fault in faults:
        print(fault)
    print(f"{len(beside) * TRIES} logs, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
