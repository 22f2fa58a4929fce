"""A phrase that was joined with + is one that no compiler looks up: `said` fills it. Looks at each call of what takes Words;
a path or a sign may be joined.

    joined_phrases_test.py TREE      prints file:line of each literal beside a + in such a call, and ends 1 if there is one
"""
import os
import re
import sys

STRING = r'"(?:[^"\\\n]|\\.)*"'
JOINED = re.compile(rf"{STRING}\s*\+|\+\s*{STRING}")
WORDS = re.compile(r"[a-z] | [a-z]")  # and not only a path or a point
TAKES_WORDS = re.compile(r"(?:\b(\w+)|\b(\w+) = \[[^\]]*\])\([^(){};]*\bWords \w+[^(){};]*\)")


def call_at(text, opening):
    depth, at = 0, opening
    while at < len(text):
        literal = re.compile(STRING).match(text, at)
        if literal:
            at = literal.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
        if depth == 0:
            break
    return text[opening:at]


def faults_of(text):
    takers = {"Error"} | {match[1] or match[2] for match in TAKES_WORDS.finditer(text)} - {"Words"}
    for call in re.finditer(r"\b(" + "|".join(sorted(takers)) + r")\(", text):
        inside = call_at(text, call.end() - 1)
        for joined in JOINED.finditer(inside):
            if WORDS.search(joined[0]):
                yield text.count("\n", 0, call.end() + joined.start()) + 1, joined[0]


def main():
    tree = sys.argv[1]
    wrong = calls = 0
    for room in ("audit", "adapters"):
        for folder, _, names in os.walk(os.path.join(tree, room)):
            for name in sorted(names):
                if not name.endswith((".cc", ".h")):
                    continue
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                if "Error(" not in text and "Words" not in text:
                    continue
                calls += 1
                for line, found in faults_of(text):
                    print(f"{os.path.relpath(path, tree)}:{line}: {found} joins a phrase that nobody looks up: say it with `said`")
                    wrong += 1
    probe = 'f(Words why) {}\n throw f("it is " + name);\n throw Error(c, p, {p, n + " is not there"});\n throw f(said("a {0}", x));\n'
    if len(list(faults_of(probe))) != 2:
        print("it does not see a phrase that is joined")
        wrong += 1
    print(f"{calls} files, {wrong} wrong")
    return 1 if wrong or calls < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
