"""What the encoder writes is deterministic CBOR to a library that is not ours, and what that library reads but the encoder would not
write is refused. Headers, bodies, outcomes and the values of hand-offs of a real log go through Python's cbor2, and counts of windows that were
drawn, since no decision has any yet; the keys of outcomes and of windows are held against the tables of docs/formats.md.

    cbor_test.py TREE CAVEAT HAND_OUT
"""
import copy
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import cbor2
except ImportError:  # another Python stands before Debian's, whose package it is
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

ROOT, CAVEAT, HAND_OUT = (os.path.abspath(path) for path in sys.argv[1:4])
del sys.argv[1:]

# What the packs of the product do not bring about: a rule of a product and an action, one of a recipient, a disclosure that counts once.
TALK = {"conversation": {"id": "c-1"}, "customer": {"id": "k-1"}, "answer": {"text": "A fund."}}
MORE = (
    ("outreach/a_rule_that_reads_two_is_judged_for_each_pair",
     [{"actions": [{"name": "transfer"}], "recommendation": {"products": [{"id": "p-1", "name": "x", "risk": "R5"}]}}]),
    ("outreach/an_outreach_is_judged_for_each_recipient",
     [{"outreach": {"id": "o-1", "purpose": "marketing", "text": "Buy now.", "recipients": [{"id": "k-1", "age": 17}, {"id": "k-2", "age": 40}]}}]),
    ("unknown/a_division_by_zero_is_unknown", [{"message": {"text": "x"}, "customer": {"debts": 1, "assets": 0}}]),
    ("rules/a_disclosure_that_counts_once_is_told_where_nothing_was_told_before",
     [TALK, TALK, {**TALK, "answer": {"text": "A **fund**.", "format": "markdown"}}]),
)


def head(major, number, width=None):
    """The head of an item; a width of 1, 2, 4 or 8 bytes spells it longer than it need be."""
    if width is None and number < 24:
        return bytes([major << 5 | number])
    width = width or next(w for w in (1, 2, 4, 8) if number < 1 << 8 * w)
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + number.to_bytes(width, "big")


class Speller:
    """Encodes a value as ours does, but for the one item whose turn it is: that is spelled in another way that cbor2 reads as the same."""

    def __init__(self, way, which):
        self.way, self.left, self.done = way, which, False

    def its_turn(self, fits):
        if not fits or self.done:
            return False
        self.left -= 1
        self.done = self.left < 0
        return self.done

    def number(self, major, number):
        widths = [w for w in (1, 2, 4, 8) if number < 1 << 8 * w and (number < 24 or w > len(head(major, number)) - 1)]
        return head(major, number, widths[-1] if self.its_turn(self.way == "long" and widths) else None)

    def encode(self, value):
        if value is None or isinstance(value, bool):
            return b"\xf6" if value is None else b"\xf5" if value else b"\xf4"
        if isinstance(value, int):
            if self.its_turn(self.way == "float" and abs(value) < 1 << 11):
                return cbor2.dumps(float(value), canonical=True)
            return self.number(0 if value >= 0 else 1, value if value >= 0 else -1 - value)
        if isinstance(value, (bytes, str)):
            raw, major = (value, 2) if isinstance(value, bytes) else (value.encode(), 3)
            if self.its_turn(self.way == "pieces"):
                return bytes([major << 5 | 31]) + head(major, len(raw)) + raw + b"\xff"
            return self.number(major, len(raw)) + raw
        if isinstance(value, list):
            if self.its_turn(self.way == "open"):
                return b"\x9f" + b"".join(map(self.encode, value)) + b"\xff"
            return self.number(4, len(value)) + b"".join(map(self.encode, value))
        keys = sorted(value, key=lambda key: cbor2.dumps(key, canonical=True))
        if self.its_turn(self.way == "open"):
            return b"\xbf" + b"".join(self.encode(key) + self.encode(value[key]) for key in keys) + b"\xff"
        if self.its_turn(self.way == "order" and len(keys) > 1):
            keys.reverse()
        elif self.its_turn(self.way == "twice" and keys):
            keys.append(keys[-1])
        return self.number(5, len(keys)) + b"".join(self.encode(key) + self.encode(value[key]) for key in keys)


WAYS = ("long", "float", "pieces", "open", "order", "twice")


def outcome_table(heading="Outcome", after="Windows"):
    """Of docs/formats.md: map -> key -> (may be left out, type)."""
    with open(f"{ROOT}/docs/formats.md", encoding="utf-8") as file:
        page = file.read()
    page = page[page.index(f"\n### {heading}\n"):page.index(f"\n### {after}\n")]
    table = {}
    for of, bracket, key, kind in re.findall(r"^\| (\w+) \| (\[?)(\d+)\]? \| .* \| ([^|]+) \|$", page, re.M):
        table.setdefault(of, {})[int(key)] = (bool(bracket), kind)
    return table


class Reader:
    """Walks an outcome by the table; `seen` is what of the table stood in one."""

    def __init__(self, table):
        self.table, self.seen = table, set()

    def read(self, kind, value, at):
        if kind.endswith(" or null"):
            return value is None or self.read(kind[:-len(" or null")], value, at)
        if kind.startswith("array of "):
            assert isinstance(value, list), (at, kind, value)
            for one in value:
                self.read(kind[len("array of "):], one, at)
        elif kind.startswith("["):
            kinds = kind[1:-1].replace(", [", ", ?").replace("]", "").split(", ")
            assert len([each for each in kinds if each[0] != "?"]) <= len(value) <= len(kinds), (at, kind, value)
            for each, one in zip(kinds, value):
                self.read(each.lstrip("?"), one, at)
        elif kind in self.table:
            keys = self.table[kind]
            assert set(value) <= set(keys), f"{at}: the page does not have key {sorted(set(value) - set(keys))} of {kind}"
            for key, (optional, what) in keys.items():
                assert optional or key in value, f"{at}: {kind} without key {key}"
                if key in value:
                    self.seen.add((kind, key))
                    self.read(what, value[key], f"{at} {kind}/{key}")
        else:
            types = {"text": str, "boolean": bool, "unsigned": int, "integer": int, "32 bytes": bytes}
            assert type(value) is types[kind] and (kind != "unsigned" or value >= 0) and (kind != "32 bytes" or len(value) == 32), (at, kind, value)
        return True


class Cbor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        where = cls.where = cls.place.name
        for example in ("wealth", "service", "loans"):
            cls.decide(f"{ROOT}/rules", f"{ROOT}/examples/{example}.jsonl")
        for number, (case, turns) in enumerate(MORE):
            os.mkdir(f"{where}/{number}")
            shutil.copy(f"{ROOT}/tests/conformance/preamble.en.cav", f"{where}/{number}/pack.cav")
            shutil.copy(f"{ROOT}/tests/conformance/{case}.en.cav", f"{where}/{number}/case.cav")
            with open(f"{where}/turns-{number}.jsonl", "w", encoding="utf-8") as file:
                for place, turn in enumerate(turns):
                    file.write(json.dumps({"id": f"t-{number}-{place}", **turn}) + "\n")
            cls.decide(f"{where}/{number}", f"{where}/turns-{number}.jsonl")
        os.mkdir(f"{where}/out")
        subprocess.run([HAND_OUT, f"{where}/log.db", f"{where}/out", f"{where}/log.keys"], check=True)
        cls.headers = cls.files("leaf")
        cls.bodies = cls.files("body")
        cls.decisions = [body for header, body in zip(cls.headers, cls.bodies) if cbor2.loads(header)[3] == 1]
        cls.outcomes = [cbor2.loads(body)[6][1] for body in cls.decisions]

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    @classmethod
    def decide(cls, rules, turns):
        done = subprocess.run([CAVEAT, "decide", "--rules", rules, "--log", f"{cls.where}/log.db", turns], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    @classmethod
    def files(cls, ending):
        found = []
        for path in sorted(glob.glob(f"{cls.where}/out/*.{ending}"), key=lambda path: int(os.path.basename(path).split(".")[0])):
            with open(path, "rb") as file:
                found.append(file.read())
        return found

    def ours(self, items, by="--cbor"):
        """Of each, whether the product's decoder takes it."""
        done = subprocess.run([HAND_OUT, by], input="".join(item.hex() + "\n" for item in items), capture_output=True, text=True, check=True)
        said = done.stdout.split()
        self.assertEqual(len(said), len(items))
        return [one == "taken" for one in said]

    def all_items(self):
        tickets = [value for body in self.bodies for kind, _, _, value in cbor2.loads(body).get(11, []) if kind in (9, 10) and value]
        self.assertGreaterEqual(len(tickets), 5)
        return self.headers + self.bodies + self.outcomes + tickets

    def test_what_the_encoder_writes_is_what_cbor2_writes_canonically(self):
        self.assertGreaterEqual(len(self.decisions), 100)
        self.assertEqual(len(self.headers), len(self.bodies))
        for item in self.all_items():
            self.assertEqual(cbor2.dumps(cbor2.loads(item), canonical=True), item, item.hex())
            self.assertEqual(Speller("none", 0).encode(cbor2.loads(item)), item)
        self.assertTrue(all(self.ours(self.all_items())))

    def test_another_spelling_that_cbor2_reads_as_the_same_is_refused(self):
        draw, spelled = random.Random(20261126), []
        items = self.all_items()
        for way in WAYS:
            before = len(spelled)
            for item in draw.sample(items, 60):
                value = cbor2.loads(item)
                speller = Speller(way, draw.randrange(12))
                bytes_ = speller.encode(value)
                if speller.done:
                    self.assertEqual(cbor2.loads(bytes_), value, bytes_.hex())
                    spelled.append((way, bytes_))
            self.assertGreaterEqual(len(spelled) - before, 10, way)
        for (way, bytes_), taken in zip(spelled, self.ours([bytes_ for _, bytes_ in spelled])):
            self.assertFalse(taken, f"{way}: {bytes_.hex()}")

    def test_what_cbor2_reads_and_no_record_has_is_refused(self):
        item = self.headers[0]
        others = [cbor2.dumps(1.5), cbor2.dumps(float("nan")), cbor2.dumps(cbor2.undefined), cbor2.dumps(cbor2.CBORSimpleValue(19)),
                  b"\xf8\x20", b"\x7f\x61a\x61b\xff", b"\x5f\xff", b"\x9f\xff", b"\xbf\xff", b"\xa2\x61b\x01\x61a\x02"]
        for other in others:
            cbor2.loads(other)
        self.assertEqual(self.ours(others), [False] * len(others))
        # cbor2 reads the first item and leaves the rest; a record is one item and nothing else.
        more = [item + b"\x00", item + item]
        for other in more:
            self.assertEqual(cbor2.loads(other), cbor2.loads(item))
        self.assertEqual(self.ours(more), [False, False])

    def test_the_outcome_has_the_keys_of_the_page_and_no_other(self):
        table = outcome_table()
        self.assertEqual(set(table), {"outcome", "reason", "fact", "item", "redaction", "handoff"})
        reader = Reader(table)
        for number, outcome in enumerate(self.outcomes):
            reader.read("outcome", cbor2.loads(outcome), f"decision {number}")
        never = {(of, key) for of, keys in table.items() for key in keys} - reader.seen
        self.assertEqual(never, set(), "the page has keys that no decision of this test has")

    def test_a_key_that_the_page_does_not_have_is_seen(self):
        outcome = cbor2.loads(self.outcomes[0])
        for of, change in (("outcome", lambda more: more.update({12: 1})), ("without", lambda more: more.pop(8)),
                           ("type", lambda more: more.update({0: "allow"}))):
            more = copy.deepcopy(outcome)
            change(more)
            with self.subTest(of), self.assertRaises(AssertionError):
                Reader(outcome_table()).read("outcome", more, "made up")

    def test_counts_of_windows_are_as_the_page_says_and_no_other_spelling_is_read(self):
        made = subprocess.run([HAND_OUT, "--windows", "300"], capture_output=True, text=True, check=True).stdout.split()
        items = [bytes.fromhex(line) for line in made]
        self.assertEqual(len(items), 300)
        reader = Reader(outcome_table("Windows", "Events"))
        self.assertEqual(set(reader.table), {"window"})
        for item in items:
            self.assertEqual(cbor2.dumps(cbor2.loads(item), canonical=True), item, item.hex())
            reader.read("array of window", cbor2.loads(item), "windows")
        self.assertEqual({("window", key) for key in reader.table["window"]} - reader.seen, set())
        self.assertTrue(all(self.ours(items, "--windows")))
        draw, spelled = random.Random(20261128), []
        for way in WAYS:
            before = len(spelled)
            for item in draw.sample(items, 60):
                speller = Speller(way, draw.randrange(12))
                bytes_ = speller.encode(cbor2.loads(item))
                if speller.done:
                    self.assertEqual(cbor2.loads(bytes_), cbor2.loads(item), bytes_.hex())
                    spelled.append(bytes_)
            self.assertGreaterEqual(len(spelled) - before, 10, way)
        self.assertFalse(any(self.ours(spelled, "--windows")))

    def test_counts_of_windows_that_the_encoder_would_not_write_are_refused(self):
        window = {1: ["a/r", "a/s"], 2: "answer", 3: 1, 4: [0, 600, 0], 6: b"c" * 32, 7: 2_000, 8: 3, 9: 4, 10: 1_000}
        changes = ({15: 1}, {0: 1}, {1: []}, {1: ["a/s", "a/r"]}, {1: ["a/r", "a/r"]}, {2: ""}, {2: 1}, {3: 3}, {4: [0, 0, 0]}, {4: [1, 600, 0]}, {4: [0, 600]},
                   {5: 20_000}, {4: None}, {6: b"c" * 31}, {7: None}, {8: -1}, {8: 5}, {9: None}, {10: -1}, {10: 2_001}, {11: 0}, {11: 12}, {11: 22}, {12: -1}, {14: 1 << 31})
        changed = []
        for change in changes:
            one = {key: value for key, value in {**window, **change}.items() if value is not None}
            changed.append(cbor2.dumps([one], canonical=True))
        good = cbor2.dumps([window], canonical=True)
        twice, empty = cbor2.dumps([window, {**window, 8: 2}], canonical=True), cbor2.dumps([], canonical=True)
        open_ended = cbor2.dumps([{**window, 9: None, 10: 2_001}], canonical=True)
        unreadable = cbor2.dumps([{**{key: value for key, value in window.items() if key != 7}, 9: None, 11: 12}], canonical=True)
        self.assertEqual(self.ours([good, open_ended, unreadable], "--windows"), [True] * 3)
        for change, taken in zip(changes, self.ours(changed, "--windows")):
            self.assertFalse(taken, change)
        self.assertEqual(self.ours([twice, empty, good + good, cbor2.dumps(window, canonical=True)], "--windows"), [False] * 4)

    def test_a_repeat_is_known_by_the_turns_id_and_a_keyed_digest_of_32_bytes(self):
        for body in self.decisions:
            sections = cbor2.loads(body)
            entries = [entry for entry in sections[11] if entry[0] == 6]
            self.assertEqual(len(entries), 1)
            self.assertEqual(entries[0][1:3], [f"request local {sections[2][1]}", ""])
            self.assertEqual((type(entries[0][3]), len(entries[0][3])), (bytes, 32))


if __name__ == "__main__":
    unittest.main()
