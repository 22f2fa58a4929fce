"""`caveat schema` against `caveat decide`: of many requests the schema lets through what decide takes, and nothing else.

usage: schema_test.py BINARY REPOSITORY
"""

import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import jsonschema

BINARY = pathlib.Path(sys.argv[1]).resolve()

PACK = """pack t
  version "1"
  jurisdiction CN
  time zone "Asia/Shanghai"
  default queue desk
  refuse class C3
queue desk
source LAW is "某法" article 1
scale risk is R1 = C1 < R2 = C2 < R3 = C3
facts customer
  age integer 18..120
  cold decimal -1.25..0.5
  any_number decimal
  range0 decimal 0.05..9.99
  range1 integer -120..-7
  range2 decimal -10..-0.5
  range3 decimal 99..1000.001
  range4 percent 0.1 % .. 20 %
  range5 money CNY
  vip yes/no
  share percent 0 % .. 100 %
  loss percent
  wealth money CNY
  purse money
  born date
  seen instant
  term duration
  opens time of day
  zone time zone
  word text
  kind one of (retail also 零售, private)
  level scale risk
  secret text, data class C3
  address record
    city text
    floor integer -3..200
  ages list of integer
  words list of text
  holdings list of record
    amount money CNY
    level scale risk
facts market
  open yes/no
facts action
  name one of (transfer also 转账, payment)
  amount money CNY
facts product
  level scale risk
rule person
  cites LAW
  applies to message
  when message contains "person"
  then hand off to desk
rule r
  cites LAW
  applies to answer
  when customer.age is above 18 and customer.vip is yes
  then flag f
  if unknown pass
"""

TURN = {"id": "1", "message": {"text": "x"}}


def values_of(path, values, base=TURN):
    """The turn with each value at the path, a list of names."""
    for value in values:
        turn = copy.deepcopy(base)
        at = turn
        for step, following in zip(path, [*path[1:], None]):
            if following is None:
                at[step] = value
            else:
                if not isinstance(at.get(step), dict):
                    at[step] = {}
                at = at[step]
        yield turn


ODD = [None, True, 1, -1, 1.5, "", "x", [], ["x"], {}, {"x": 1}, [None], [{}]]
NUMBERS = ["0", "-0", "05", "1.50", "01.5", ".5", "1.", "17", "18", "18.0", "18.5", "119.9", "120", "120.0", "120.5", "121", "999",
           "-1", "-1.2", "-1.25", "-1.250", "-1.26", "-2", "0.5", "0.50", "0.500", "0.51", "0.6", "0.49999", "1", "100", "100.1",
           "99.99", "+1", "1 2", "1,000", "1_000", " 1", "1 "]
DATES = ["2026-02-28", "2026-02-29", "2024-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "0001-01-01", "9999-12-31",
         "2026-04-31", "2026-4-1", "2026-13-01", "2026-00-10", "2026-01-00", "2026-01-32", "2026/01/01", "2026-01-01T00:00:00Z"]
INSTANTS = ["2026-03-01T10:00:00+08:00", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00.123456789Z", "2026-03-01T10:00Z",
            "2026-03-01t10:00:00Z", "2026-03-01T10:00:00z", "2026-03-01T24:00:00Z", "2026-03-01T10:60:00Z",
            "2026-03-01T10:00:60Z", "2026-03-01T10:00:00", "2026-03-01T10:00:00+0800", "2026-02-30T10:00:00Z",
            "2026-03-01 10:00:00Z", "2026-03-01T10:00:00+24:00", "2026-03-01T10:00:00.Z", "2026-03-01"]
SPANS = ["PT5M", "P1D", "P1Y2M3W4DT5H6M7S", "P", "PT", "P1DT", "-P1D", "P-1D", "P1.5D", "P1M1Y", "PT1M1H", "1D", "P1S", "P1D1D",
         "P1W", "PT0S", "p1d", "P1D "]
CLOCKS = ["09:30", "9:30", "24:00", "23:59:59", "23:59:60", "09:30:5", "0930"]


def requests():
    yield TURN
    for member in ("id", "at", "channel", "language", "jurisdictions", "bot", "conversation", "customer", "message", "answer",
                   "recommendation", "actions", "continues", "offsets", "provenance", "outreach", "material", "market",
                   "satisfied", "unheard"):
        # whether a decision of that name waits for a proof is nothing that a schema knows
        of_before = {"satisfied": [None], "continues": [one for one in ODD if one != "x"]}
        yield from values_of([member], of_before.get(member, ODD))
        yield from values_of([member, "unheard"], [None, 1])
    yield from values_of(["at"], [*INSTANTS, *DATES])
    yield from values_of(["jurisdictions"], [["CN"], ["CN", "CN"], ["XX"], [None], [1]])
    yield from values_of(["offsets"], ["utf-8", "utf-16", "code-points", "utf-32"])
    yield from values_of(["id"], ["a b", "a", "a\u00adb", "机器", "A\u030a", "Å", "\u212b", " "])
    for group in ("bot", "conversation", "customer", "recommendation", "answer", "market", "message"):
        for member in ("id", "as_of", "text", "turn", "weight", "duration", "parts"):
            yield from values_of([group, member], [*ODD, "2026-03-01T10:00:00Z", 7, "7"])
    yield from values_of(["conversation", "turn"], [0, 7, 7.0, 7.5, -1, 2**53 - 1, 2**53, "7", "-1", "07", "7.0", "7.5", "9007199254740992"])
    yield from values_of(["conversation", "started"], [*INSTANTS, *ODD])
    yield from values_of(["answer", "confidence"], [0, 1, 0.82, 1.5, 1.000001, -0.1, *NUMBERS, *ODD])
    yield from values_of(["answer", "author"], ["bot", "人工", "robot", *ODD])
    yield from values_of(["answer", "format"], ["plain", "markdown", "html", "rtf", *ODD])
    yield from values_of(["answer", "sources"], [*ODD, [{"id": "kb"}], [{"id": 1}], [{"approved": "yes"}], [{"approved": None}],
                                                [{"valid_until": "2026-02-30"}], [{"unheard": 1}], ["kb"]])
    odd_facts = [*ODD, 17, 18, 120, 121, 0.5, 0.51, -1.25, -1.26, *NUMBERS]
    for fact in ("age", "cold", "any_number"):
        yield from values_of(["customer", fact], odd_facts)
    drawn = random.Random(5)
    for fact, unit in enumerate(["", "", "", "", " %", " CNY"]):
        for _ in range(60):
            number = str(drawn.choice([drawn.randint(-11, 11), drawn.randint(-130, 130), drawn.randint(-1100, 1100),
                                       drawn.randint(0, 1_100_000)]))
            if drawn.random() < 0.6:
                number += "." + "".join(drawn.choice("0001599") for _ in range(drawn.randint(1, 4)))
            yield from values_of(["customer", f"range{fact}"], [number + unit])
    for fact in ("share", "loss"):
        yield from values_of(["customer", fact], [*ODD, *NUMBERS, *(one + " %" for one in NUMBERS), "5%", "5  %", "5 ％", "%"])
    for fact in ("wealth", "purse"):
        yield from values_of(["customer", fact], [*ODD, "5", *(one + " CNY" for one in NUMBERS), "5 USD", "5 XAU", "5 QQQ", "5 cny",
                                                 "5CNY", "5  CNY", "1e2 CNY", "5 元"])
    yield from values_of(["customer", "born"], [*ODD, *DATES])
    yield from values_of(["customer", "seen"], [*ODD, *INSTANTS])
    yield from values_of(["customer", "term"], [*ODD, *SPANS])
    yield from values_of(["customer", "opens"], [*ODD, *CLOCKS])
    yield from values_of(["customer", "zone"], [*ODD, "Asia/Shanghai", "No/Where"])
    yield from values_of(["customer", "word"], [*ODD, "a\u0000b", "\ufdd0"])
    yield from values_of(["message", "text"], ["a\u0000b", "\ufdd0"])
    yield from values_of(["customer", "kind"], [*ODD, "retail", "零售", "Retail", "private"])
    yield from values_of(["customer", "level"], [*ODD, "R1", "C3", "R4", "r1"])
    yield from values_of(["customer", "secret"], ODD)
    yield from values_of(["customer", "address"], [*ODD, {"city": "x"}, {"city": 1}, {"city": None}, {"floor": 201}, {"floor": -3},
                                                  {"street": "x"}, {"street": None}])
    yield from values_of(["customer", "ages"], [*ODD, [1, 2], ["1"], [1.5], [None], [[1]], ["01"]])
    yield from values_of(["customer", "words"], [*ODD, ["a", ""], [None], [1]])
    yield from values_of(["customer", "holdings"], [*ODD, [{"amount": "5 CNY", "level": "R1"}], [{"amount": "5 USD"}], [{"amount": None}],
                                                   [{"level": "R9"}], [{"unheard": None}], [None]])
    yield from values_of(["market", "open"], ODD)
    for name in (*ODD, "transfer", "转账", "payment", "steal"):
        yield from values_of(["actions"], [[{"name": name}], [{"name": name, "amount": "05 CNY"}]])
    yield from values_of(["actions"], [[{}], [{"amount": "5 CNY"}], [{"name": "transfer", "amount": None, "id": None, "as_of": None}],
                                       [{"name": "transfer", "id": ""}], [{"name": "transfer", "id": "a1", "unheard": 1}],
                                       [{"name": "transfer"}, None]])
    for product in ({}, {"id": None}, {"id": ""}, {"id": "p"}, {"id": 1}, {"id": "p", "level": "R2"}, {"id": "p", "level": "R9"},
                    {"id": "p", "weight": "60 %"}, {"id": "p", "weight": 60}, {"id": "p", "weight": "101 %"}, {"id": "p", "weight": "100%"},
                    {"id": "p", "weight": "-1 %"}, {"id": "p", "weight": None}, {"id": "p", "as_of": None}, {"id": "p", "unheard": 1}, None, 1):
        yield from values_of(["recommendation", "products"], [[product]])
        yield {"id": "1", "material": {"text": "x", "product": product}}
    yield from values_of(["provenance"], [[{}], [{"path": "/customer/age"}], [{"path": "customer"}], [{"path": None}], [None], [1],
                                          [{"path": "/customer/age", "source": "crm", "as_of": None, "quality": "stated"}],
                                          [{"path": "/customer/age", "quality": "sure"}], [{"path": "/customer/age", "quality": None, "source": None}],
                                          [{"path": "/customer/age", "as_of": "today"}], [{"path": "/customer/age", "unheard": 1}]])
    # what can be judged, and what stands alone
    for alone in ({"id": "1"}, {"id": "1", "message": None}, {"id": "1", "actions": []}, {"id": "1", "answer": {}},
                  {"id": "1", "recommendation": {}}, {"id": "1", "actions": None}, {"id": "1", "customer": {"age": 20}}):
        yield alone
    for part in ({"recipients": [{"id": "a"}]}, {"recipients": [{"id": "a"}, {"id": "b", "age": 20}]}, {"recipients": []}, {},
                 {"recipients": None}, {"recipients": [{}]}, {"recipients": [{"id": None}]}, {"recipients": [{"id": "a", "age": 1}]},
                 {"recipients": [{"id": "a"}], "text": "x", "channel": "app", "id": None, "as_of": None, "unheard": None},
                 {"recipients": [{"id": "a"}], "text": None, "purpose": None}, {"recipients": [{"id": "a"}], "id": ""}):
        yield {"id": "1", "outreach": part}
    for other in ("conversation", "customer", "message", "answer", "recommendation", "actions", "material", "market", "bot"):
        for value in ({}, None, []):
            yield {"id": "1", "outreach": {"recipients": [{"id": "a"}]}, other: value}
            if other != "material":
                yield {"id": "1", "material": {"text": "x"}, other: value}


class Schema(unittest.TestCase):
    def test_the_schema_lets_through_what_decide_takes_and_nothing_else(self):
        with tempfile.TemporaryDirectory(prefix="caveat-schema-") as folder:
            (pathlib.Path(folder) / "pack.cav").write_text(PACK)

            def caveat(*words, **more):
                return subprocess.run([BINARY, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False, **more)

            described = caveat("schema", "--rules", ".")
            self.assertEqual(described.returncode, 0, described.stderr)
            schema = json.loads(described.stdout)
            jsonschema.Draft202012Validator.check_schema(schema)
            validator = jsonschema.Draft202012Validator(schema)
            # The one exception, which the schema tells: a number with an exponent may pass it and lie outside of its range.
            far = {**TURN, "customer": {"age": "1e9"}}
            self.assertTrue(validator.is_valid(far))
            self.assertIn("out_of_range", caveat("decide", "--rules", ".", "-", input=json.dumps(far) + "\n").stdout)
            self.assertIn("Of a number with an exponent", described.stdout)
            asked, seen = [], set()
            for request in requests():
                line = json.dumps(request)
                if line not in seen:
                    seen.add(line)
                    if request["id"] == "1":  # no two turns have one id
                        request = {**request, "id": f"q{len(asked)}"}
                    asked.append((json.dumps(request), request))
            replies = caveat("decide", "--rules", ".", "-", input="\n".join(line for line, _ in asked) + "\n").stdout.splitlines()
            self.assertEqual(len(replies), len(asked))
        taken, different = 0, []
        for (line, request), reply in zip(asked, replies):
            told = json.loads(reply)
            if told.get("code") == "id_reused":
                self.fail(f"each request is to be judged for itself: {line}")
            is_taken = "decision" in told
            taken += is_taken
            if is_taken != validator.is_valid(request):
                different.append(f"{'taken' if is_taken else 'refused'} {line} {told.get('errors', '')}")
        self.assertEqual(different, [], "\n" + "\n".join(different[:60]))
        self.assertGreater(taken, 200)
        self.assertGreater(len(asked) - taken, 400)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
