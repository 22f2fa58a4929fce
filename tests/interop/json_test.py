#!/usr/bin/env python3
"""What Caveat takes for JSON is what another reader takes for JSON: bytes of turns changed at random, judged by both.

usage: json_test.py REPO BINARY [CASES]
"""
import json
import random
import re
import subprocess
import sys

ABOUT_BYTES = {"not_json", "bad_utf8", "bad_number", "repeated_key", "trailing_bytes"}
SEEDS = [
    '{"id":"a","x":[1,2,{"k":null}],"t":true,"f":false,"n":-1.5e+10,"s":"\\u00e9\\n\\ud83d\\ude00","z":{}}',
    '{"id":"a","answer":{"text":"a \\"word\\" \\\\"},"list":[[],[{}],"b"]}',
    ' { "id" : "a" , "名" : "值" , "b" : [ "甲" , "乙" , 0 ] } ',
    '{"id":"a","a":{"b":{"c":[[[]]]}},"":0}',
    '{}',
]
PIECES = [p.encode() for p in ('{', '}', '[', ']', ',', ':', '"', '\\', ' ', '\t', '1', '-', '0', '.', 'e', 'true', 'null', '"a"', '"":',
                               '\x0c', '\x01', '\\u', '\\ud800', '/', '@', 'a', '值')] + [b'\xff', b'\xe4', b'\xed\xa0\x80']


def changed(seed: bytes, dice: random.Random) -> bytes:
    out = bytearray(seed)
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        at, how = dice.randrange(len(out) + 1), dice.randrange(4)
        if how == 0:
            out[at:at] = dice.choice(PIECES)
        elif how == 1:
            del out[at:at + dice.choice([1, 1, 2, 5])]
        elif how == 2:
            out[at:at + 1] = dice.choice(PIECES)
        else:
            to = dice.randrange(len(out) + 1)
            out[at:at] = out[min(at, to):max(at, to)][:20]
    return bytes(out)


def no_constant(name: str):
    raise ValueError(name)


def members(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member twice")
    return dict(pairs)


def is_turn(line: bytes) -> bool:
    """By Python's reader, with what RFC 8259 leaves open settled as Caveat settles it."""
    try:
        turn = json.loads(line.decode(), object_pairs_hook=members, parse_constant=no_constant)
        json.dumps(turn, ensure_ascii=False).encode()  # half a surrogate pair is no text
        return isinstance(turn, dict)
    except (ValueError, RecursionError):
        return False


def main() -> int:
    repo, binary = sys.argv[1], sys.argv[2]
    cases = int(sys.argv[3]) if len(sys.argv) > 3 else 30000
    dice = random.Random(20261127)
    lines = []
    while len(lines) < cases:
        line = changed(dice.choice(SEEDS).encode(), dice)
        if line.strip(b" \t") and not re.search(rb"\\u(0000|f[df])", line, re.I):  # NUL and non-characters: other tests'
            lines.append(line)
    ran = subprocess.run([binary, "decide", "--rules", f"{repo}/rules", "--json"], input=b"\n".join(lines) + b"\n",
                         capture_output=True, timeout=240)
    replies = ran.stdout.decode().splitlines()
    if len(replies) != len(lines):
        print(f"{len(lines)} lines went in, {len(replies)} came out: {ran.stderr.decode()[:500]}")
        return 1
    taken, wrong = 0, 0
    for line, reply in zip(lines, replies):
        wanted = is_turn(line)
        taken += wanted
        reply = json.loads(reply)
        found = reply.get("code") not in ABOUT_BYTES
        if reply.get("code") == "wrong_type" and reply["errors"][0]["path"] == "":
            found = False  # JSON, and no object
        if wanted != found:
            wrong += 1
            if wrong <= 10:
                print(f"{line!r}: {'JSON' if wanted else 'no JSON'} to the other reader, {reply.get('code')} to us")
    print(f"{len(lines)} lines, {taken} of them JSON to another reader, {wrong} judged otherwise")
    return 1 if wrong or not cases * 0.05 < taken < cases * 0.95 else 0


sys.exit(main())
