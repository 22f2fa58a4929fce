#!/usr/bin/env python3
"""`caveat bench decisions --peers` with programs that keep the agreement of README.md and with others that do not.

    peers_test.py BINARY
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE, BINARY = pathlib.Path(__file__).resolve().parent, pathlib.Path(sys.argv[1]).resolve()
QUICK = ["--rules", "10", "--seconds", "0.01", "--rounds", "2"]

# Walks over the neutral rules as README.md describes them, so that the description is held against the oracle.
HONEST = """#!/usr/bin/env python3
import json, sys
rules, requests, expected, seconds, verify = sys.argv[1:]
rules, turns = json.load(open(rules)), [json.loads(line) for line in open(requests)]
def value(turn, path):
    for step in path.split("."):
        turn = turn[step]
    return turn
def holds(c, turn):
    has, wanted = value(turn, c["attr"]), c["value"]
    return {
        "==": lambda: has == wanted, "<": lambda: has < wanted, "<=": lambda: has <= wanted, ">": lambda: has > wanted,
        ">=": lambda: has >= wanted, "in": lambda: has in wanted, "range": lambda: wanted[0] <= has <= wanted[1],
        "has": lambda: wanted in has, "lacks": lambda: wanted not in has, "any": lambda: any(w in has for w in wanted),
        "<attr": lambda: has < value(turn, wanted), ">attr": lambda: has > value(turn, wanted)}[c["op"]]()
wrong = 0
for turn, line in zip(turns, open(expected)):
    fired = [r for r in rules if r.get("action", turn["action"]) == turn["action"]
             and r.get("category", turn["product"]["category"]) == turn["product"]["category"]
             and all(holds(c, turn) for c in r["when"])]
    effect = max((r["effect"] for r in fired), key=["allow", "revise", "block", "handoff"].index, default="allow")
    wrong += {"effect": effect, "fired": sorted(r["id"] for r in fired)} != json.loads(line)
print("mismatches", wrong if verify == "1" else 1)
print("parsed.p50_us", 1000)
print("json.p50_us", 2000)
"""
OTHERS = {
    "half": "#!/bin/sh\necho verified 7; echo mismatches 0; echo parsed.p50_us 3000\n",
    "liar": "#!/bin/sh\necho mismatches 3; echo parsed.p50_us 1\n",
    "mute": "#!/bin/sh\nexit 0\n",
    "broken": "#!/bin/sh\necho mismatches 0; echo parsed.p50_us 1; exit 1\n",
    "unheld": "#!/bin/sh\necho parsed.p50_us 1\n",
}


class PeersTest(unittest.TestCase):
    def bench(self, *words):
        return subprocess.run([BINARY, "bench", "decisions", *words], capture_output=True, text=True, timeout=240, check=False)

    def test_a_peer_has_a_figure_only_where_it_keeps_the_agreement(self):
        with tempfile.TemporaryDirectory(prefix="caveat's peers ") as folder:
            for name, text in {"honest": HONEST, **OTHERS}.items():
                program = pathlib.Path(folder, name)
                program.write_text(text)
                program.chmod(0o755)
            pathlib.Path(folder, "README").write_text("no program")
            done = self.bench(*QUICK, "--peers", folder, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = {row["what"]: row for row in (json.loads(line, parse_constant=self.fail) for line in done.stdout.splitlines())}
            beside = {what.split("; ")[1]: row["beside"] for what, row in rows.items() if what.startswith("parsed in, µs p50; ")}
            self.assertEqual(beside, {"broken": "ended without a figure", "half (7 answers held)": "3000", "honest": "1000",
                                      "liar": "its answers differ from the oracle's", "mute": "ended without a figure",
                                      "the fastest of them, honest": "1000",
                                      "unheld": "held no answer against the oracle's"})
            fastest = rows["parsed in, µs p50; the fastest of them, honest"]
            self.assertEqual((fastest["target"], fastest["held"]), ("≥ 3", True))
            self.assertEqual(rows["JSON in, µs p50; honest"]["beside"], "2000")

    def test_without_a_peer_the_table_says_that_there_was_none(self):
        self.assertIn("none in this run: --peers DIR", self.bench(*QUICK).stdout)

    def test_a_folder_that_is_not_there_is_told(self):
        done = self.bench(*QUICK, "--peers", "/not/there")
        self.assertEqual((done.returncode, done.stderr), (2, "--peers: `/not/there` is not a folder\n"))

    def test_a_number_out_of_bounds_is_told_and_nothing_is_run(self):
        for option, bounds in ("--rounds", "1…100"), ("--seconds", "0.001…600"), ("--rules", "1…100000"):
            done = self.bench(option, "0")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"{option} is a number from {bounds}, not “0”.", done.stderr)

    def test_every_rule_is_in_every_form(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.bench(*QUICK[:2], "--write", folder).returncode, 0)
            rules = pathlib.Path(folder, "rules-10.json")
            for form in "rego", "cedar", "jdm", "drl", "jre", "cel":
                out = pathlib.Path(folder, form)
                subprocess.run([sys.executable, HERE / "translate.py", form, rules, out], check=True)
                for rule in json.loads(rules.read_text()):
                    self.assertIn(rule["id"], out.read_text(), form)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
