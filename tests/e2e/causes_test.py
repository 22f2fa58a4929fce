"""What cannot be settled though every fact is known tells its cause: in the reason, the hand-off, the story, the record (semantics 15).

usage: causes_test.py BINARY REPOSITORY
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

BINARY = pathlib.Path(sys.argv[1]).resolve()

PACK = """pack t
  version "1"
  jurisdiction CN
  time zone "Asia/Shanghai"
  default queue desk
queue desk
source LAW is "某法" article 1
calendar banking
  covers 2026-01-01 .. 2026-12-31
  working days Monday .. Friday
facts customer
  wealth money
  debt money
  income decimal
  spent decimal
  since date
  until date
  term duration
  wait duration
  word text
rule person
  cites LAW
  applies to message
  when message contains "person"
  then hand off to desk
rule r
  cites LAW
  applies to answer
  when {when}
  then block
"""
CASES = [
    # condition, facts, cause, what the reason says in English, in Chinese
    ("customer.wealth is above customer.debt", {"wealth": "5 CNY", "debt": "3 USD"}, "two_currencies",
     "two currencies do not compare", "两种货币无法比较"),
    ("customer.wealth + customer.debt is above 3 CNY", {"wealth": "5 CNY", "debt": "3 USD"}, "two_currencies",
     "two currencies do not compare", "两种货币无法比较"),
    ("customer.spent / customer.income is above 0.5", {"spent": 1, "income": 0}, "division_by_zero",
     "a number is divided by zero", "除数为零"),
    ("customer.spent as percent of customer.income is above 50 %", {"spent": 1, "income": 0}, "division_by_zero",
     "a number is divided by zero", "除数为零"),
    ("customer.spent * customer.income is above 5", {"spent": 10**30, "income": 10**30}, "overflow",
     "what is reckoned is beyond what numbers can hold", "计算结果超出数值范围"),
    ("customer.since is a working day", {"since": "2031-05-06"}, "uncovered",
     "a day lies outside of what the calendar covers", "日期超出日历覆盖范围"),
    ("customer.since is more than 12 months ago", {"since": "2031-05-06"}, "future", "a day lies in the future",
     "日期在未来"),
    ("full years since customer.since is above 12", {"since": "2031-05-06"}, "future", "a day lies in the future",
     "日期在未来"),
    ("customer.term is above customer.wait", {"term": "P1M", "wait": "P30D"}, "two_spans",
     "two spans have no measure in common (months beside days, hours of a date)",
     "时长的单位无法相比（月与日、日期与小时）"),
    ("customer.since + customer.term is after 2026-01-01", {"since": "2026-05-06", "term": "PT5H"}, "two_spans",
     "two spans have no measure in common (months beside days, hours of a date)",
     "时长的单位无法相比（月与日、日期与小时）"),
    ("answer contains customer.word", {"word": ""}, "empty_text", "the text that is looked for is empty",
     "要查找的文本为空"),
]


class Causes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="caveat-causes-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_on(self, when, facts, *words):
        (self.folder / "pack.cav").write_text(PACK.replace("{when}", when))
        turn = {"id": "1", "at": "2026-11-23T10:00:00+08:00", "language": "en", "answer": {"text": "x"},
                "customer": facts}
        done = subprocess.run([BINARY, *words, "-"], cwd=self.folder, input=json.dumps(turn), capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, (when, done.stdout, done.stderr))
        return done.stdout

    def test_a_reason_tells_what_no_fact_is_to_blame_for(self):
        for when, facts, cause, english, chinese in CASES:
            with self.subTest(when):
                reply = json.loads(self.run_on(when, facts, "decide", "--rules", "."))
                self.assertEqual(reply["verdict"], "handoff")
                self.assertEqual(reply["handoff"]["cause"], cause)
                self.assertIn(f"It could not be settled: {english}.",
                              self.run_on(when, facts, "explain", "--rules", ".", "--language", "en"))
                self.assertIn(f"无法判明：{chinese}。",
                              self.run_on(when, facts, "explain", "--rules", ".", "--language", "zh"))
                outcome = json.loads(self.run_on(when, facts, "decide", "--rules", ".", "--outcome"))
                self.assertEqual(outcome["reasons"][0]["cause"], cause)

    def test_a_missing_fact_is_told_beside_it_and_alone_where_it_is_alone(self):
        both = "customer.spent / customer.income is above 5 and customer.wealth is above customer.debt"
        told = self.run_on(both, {"spent": 1, "income": 0, "debt": "5 CNY"}, "explain", "--rules", ".", "--language",
                           "en")
        self.assertIn("It could not be settled: customer.wealth is not provided; a number is divided by zero.", told)
        alone = self.run_on("customer.spent / customer.income is above 5", {"spent": 1}, "decide", "--rules", ".",
                            "--outcome")
        self.assertNotIn("cause", json.loads(alone)["reasons"][0])

    def test_what_a_confidential_rule_lacked_is_not_told_to_others(self):
        hidden = "customer.since is a working day\n  confidential"
        facts = {"since": "2031-05-06"}
        reply = self.run_on(hidden, facts, "decide", "--rules", ".")
        self.assertEqual(json.loads(reply)["verdict"], "handoff")
        self.assertNotIn("cause", reply)
        outcome = json.loads(self.run_on(hidden, facts, "decide", "--rules", ".", "--outcome"))
        self.assertEqual(outcome["handoff"]["cause"], "uncovered")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
