#!/usr/bin/env python3
"""The packs of rules/ and the turns of examples/, held against what they promise.

  rules_test.py SOURCE_DIR              what can be seen without a program: turns, citations, layout
  rules_test.py SOURCE_DIR CAVEAT       the same through the binary: check, decide, refuse
"""
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv[1]).resolve()
CAVEAT = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
EXAMPLES = ROOT / "examples"


def turns():
    """(file, line number, turn) of all well-formed examples, in the order in which ./run sends them."""
    for path in sorted(EXAMPLES.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield path.name, number, json.loads(line)


def table(path, columns):
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        assert len(cells) == columns, f"{path.name}:{number}: {columns} cells expected, {len(cells)} found"
        rows.append(cells)
    return rows


def luhn(digits):
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def resident_id(text):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(text, weights)) % 11] == text[17].upper()


class Turns(unittest.TestCase):
    def test_there_are_at_least_sixty_and_each_has_an_id_of_its_own_and_a_moment(self):
        seen = {}
        for file, number, turn in turns():
            where = f"{file}:{number}"
            self.assertRegex(turn["id"], r"^[\x21-\x7e]{1,128}$", where)
            self.assertNotIn(turn["id"], seen, where)
            seen[turn["id"]] = where
            self.assertRegex(turn["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$", where)
            moment = datetime.datetime.fromisoformat(turn["at"].replace("Z", "+00:00"))
            self.assertIsNotNone(moment.tzinfo, where)
            self.assertTrue(any(part in turn for part in ("message", "answer", "recommendation", "actions")), where)
        self.assertGreaterEqual(len(seen), 60)

    def test_every_hand_off_has_a_customer_and_a_conversation_of_its_own(self):
        verdicts = {row[0]: row[1] for row in table(EXAMPLES / "expected.tsv", 3)}
        used = {}
        for _, _, turn in turns():
            for key in (turn["customer"]["id"], turn["conversation"]["id"]):
                used.setdefault(key, []).append(turn["id"])
        for _, _, turn in turns():
            if verdicts[turn["id"]] == "handoff":
                self.assertEqual(used[turn["customer"]["id"]], [turn["id"]])
                self.assertEqual(used[turn["conversation"]["id"]], [turn["id"]])

    def test_no_number_in_them_could_be_a_persons_own(self):
        """Planted numbers are listed here; whatever else passes a check digit does not belong into a repository."""
        planted = {"6222000000000009"}
        for path in sorted(EXAMPLES.rglob("*")):
            if not path.is_file():
                continue
            text = path.read_bytes().decode("utf-8", errors="replace")
            for number in re.findall(r"(?<!\d)\d{13,19}(?!\d)", text):
                if number not in planted:
                    self.assertFalse(luhn(number), f"{path.name}: {number} passes as a bank card")
            for number in re.findall(r"(?<!\d)\d{17}[\dXx](?!\d)", text):
                if number not in planted:
                    self.assertFalse(resident_id(number), f"{path.name}: {number} passes as a resident's number")
            self.assertNotRegex(text, r"(?<!\d)1[3-9]\d{9}(?!\d)", f"{path.name}: a mobile number")

    def test_each_turn_has_its_expectation_and_no_expectation_is_left_over(self):
        expected = [row[0] for row in table(EXAMPLES / "expected.tsv", 3)]
        self.assertEqual(sorted(expected), sorted(turn["id"] for _, _, turn in turns()))
        self.assertEqual(len(expected), len(set(expected)))

    def test_the_expectations_name_rules_that_exist_and_every_rule_is_met_by_a_turn(self):
        declared = set()
        for pack in sorted(ROOT.glob("rules/**/pack.cav")):
            name = re.search(r"^(?:pack|规则包)\s+(\S+)", pack.read_text(encoding="utf-8"), re.M).group(1)
            for path in pack.parent.rglob("*.cav"):
                if not any((folder / "pack.cav").exists() for folder in path.parents
                           if folder != pack.parent and pack.parent in folder.parents):
                    declared |= {f"{name}/{rule}" for rule in
                                 re.findall(r"^(?:rule|规则)\s+(\w+)", path.read_text(encoding="utf-8"), re.M)}
        named = set()
        for turn, verdict, rules in table(EXAMPLES / "expected.tsv", 3):
            self.assertIn(verdict, ("allow", "revise", "require", "block", "handoff"), turn)
            spoken = [] if rules == "-" else rules.split(",")
            self.assertEqual(spoken, sorted(spoken, key=lambda rule: rule.encode()), turn)
            self.assertEqual(verdict == "allow", not spoken, turn)
            named |= set(spoken)
        self.assertEqual(named - declared, set())
        unmet = declared - named
        self.assertEqual(unmet, set(), "rules that no example turn meets")


class Citations(unittest.TestCase):
    def test_every_source_names_an_entry_of_our_list_of_law_and_that_entrys_instrument(self):
        entries = dict(table(ROOT / "rules" / "ENTRIES.txt", 2))
        count = 0
        for path in sorted(ROOT.glob("rules/**/*.cav")):
            text = path.read_text(encoding="utf-8")
            for declaration in re.split(r"\n(?=\S)", text):
                if not re.match(r"(source|法源)\s", declaration):
                    continue
                count += 1
                name = declaration.split()[1]
                entry = re.search(r"(?:entry|条目)\s*[\"“]([^\"”]+)[\"”]", declaration)
                self.assertIsNotNone(entry, f"{path.name}: source {name} has no entry")
                self.assertIn(entry.group(1), entries, f"{path.name}: source {name}")
                self.assertIn(entries[entry.group(1)], declaration, f"{path.name}: source {name} is another instrument")
        self.assertGreaterEqual(count, 8)

    def test_every_rule_cites_has_an_owner_a_title_in_both_languages_and_another_name(self):
        for path in sorted(ROOT.glob("rules/**/*.cav")):
            for declaration in re.split(r"\n(?=\S)", path.read_text(encoding="utf-8")):
                if not re.match(r"(rule|规则)\s", declaration):
                    continue
                where = f"{path.name}: {declaration.split()[1]}"
                head = re.split(r"\n\s+(?:cites|依据)\s", declaration)
                self.assertEqual(len(head), 2, where + " cites nothing")
                self.assertRegex(head[0], r"\s(also|又名)\s", where)
                self.assertRegex(head[0], r"(zh|中文)\s", where)
                self.assertRegex(head[0], r"(en|英文)\s", where)
                self.assertRegex(head[1], r"\n\s+(owner|负责)\s", where)

    def test_every_rule_has_an_example_that_fires_it(self):
        for pack in sorted(ROOT.glob("rules/**/pack.cav")):
            texts = [p.read_text(encoding="utf-8") for p in sorted(pack.parent.rglob("*.cav"))]
            expected = set()
            for line in re.findall(r"^\s+(?:expect|期望)\s+(.*)$", "\n".join(texts), re.M):
                expected |= set(re.findall(r"\w+", re.split(r"\s(?:by|因)\s", line)[-1])) if re.search(r"\s(by|因)\s", line) else set()
            for names in re.findall(r"^(?:rule|规则)\s+(\w+)(?:\s+(?:also|又名)\s+(\w+))?", "\n".join(texts), re.M):
                self.assertTrue(expected & set(filter(None, names)), f"{pack.parent.name}: {names[0]}")


class Refused(unittest.TestCase):
    def test_each_malformed_turn_stands_in_the_index_with_its_code_and_its_fault_in_both_languages(self):
        index = table(EXAMPLES / "refused" / "index.tsv", 5)
        files = sorted(path.name for path in (EXAMPLES / "refused").glob("*.jsonl"))
        self.assertEqual([row[0] for row in index], files)
        self.assertGreaterEqual(len(files), 12)
        for file, code, _, english, chinese in index:
            self.assertEqual((EXAMPLES / "refused" / file).read_bytes().count(b"\n"), 1, file)
            self.assertRegex(code, r"^[a-z0-9_]+$", file)
            self.assertRegex(english, r"^[A-Z].*\.$", file)
            self.assertRegex(chinese, r"[\u4e00-\u9fff].*。$", file)


def blocks(page):
    """(what stands behind ```cav, text) of each block of rule text on a page."""
    return re.findall(r"^```cav (\S+)\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


@unittest.skipUnless(CAVEAT, "no binary was named")
class Pages(unittest.TestCase):
    def caveat(self, *arguments):
        done = subprocess.run([CAVEAT, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, f"caveat {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        return done

    def test_what_the_pages_show_compiles_in_both_phrasings_and_both_are_one(self):
        for name in ("language.md", "tutorial-author.md"):
            with self.subTest(page=name), tempfile.TemporaryDirectory() as folder:
                digests = []
                for phrasing in ("en", "zh"):
                    pack = pathlib.Path(folder) / phrasing
                    pack.mkdir()
                    text = "\n".join(text for tag, text in blocks(ROOT / "docs" / name) if tag == phrasing)
                    (pack / "pack.cav").write_text(text, encoding="utf-8")
                    digests.append(re.findall(r"sha256:[0-9a-f]{64}", self.caveat("check", pack).stdout))
                self.assertEqual(len(digests[0]), 1)
                self.assertEqual(digests[0], digests[1])

    def test_the_rule_that_the_newcomers_page_adds_works_as_the_page_says(self):
        with tempfile.TemporaryDirectory() as folder:
            rules = pathlib.Path(folder) / "rules"
            shutil.copytree(ROOT / "rules", rules)
            pieces = blocks(ROOT / "rules" / "README.md")
            self.assertGreaterEqual(len(pieces), 5)
            for place, text in pieces:
                with (rules / place).open("a", encoding="utf-8") as file:
                    file.write("\n" + text)
            self.caveat("check", rules)


@unittest.skipUnless(CAVEAT, "no binary was named")
class Binary(unittest.TestCase):
    def run_caveat(self, *arguments, expect=0):
        done = subprocess.run([CAVEAT, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, expect, f"caveat {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        return done

    def decide(self):
        files = sorted(EXAMPLES.glob("*.jsonl"))
        return [json.loads(line) for line in
                self.run_caveat("decide", "--rules", ROOT / "rules", *files).stdout.splitlines()]

    def test_the_packs_compile_and_all_their_examples_come_out(self):
        self.run_caveat("check", ROOT / "rules")

    def test_each_turn_comes_to_the_verdict_and_the_rules_that_the_law_asks_for(self):
        replies = self.decide()
        self.assertEqual([reply["id"] for reply in replies], [turn["id"] for _, _, turn in turns()])
        found = {reply["id"]: [reply["verdict"], ",".join(sorted({reason["rule"] for reason in reply["reasons"]},
                                                                 key=lambda rule: rule.encode())) or "-"]
                 for reply in replies}
        wrong = [f"{turn}: expected {want}, found {found.get(turn)}"
                 for turn, *want in table(EXAMPLES / "expected.tsv", 3) if found.get(turn) != want]
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_no_reply_that_withholds_an_answer_says_it_after_all(self):
        texts = {turn["id"]: turn.get("answer", {}).get("text") for _, _, turn in turns()}
        for reply in self.decide():
            said = reply["say"]["text"]
            if reply["verdict"] in ("block", "handoff"):
                self.assertTrue(said, reply["id"])
                self.assertNotIn(texts[reply["id"]], said, reply["id"])
            elif reply["verdict"] == "allow":
                self.assertEqual(said, texts[reply["id"]], reply["id"])

    def test_no_text_that_leaves_has_a_fact_still_to_be_put_in(self):
        for reply in self.decide():
            texts = [reply["say"]["text"] or "", *(one["text"] for one in reply["disclosures"]),
                     *(text for item in reply["products"] for text in item["disclosures"])]
            for text in texts:
                self.assertNotRegex(text, r"[{}]|不明|unknown", reply["id"])

    def test_the_first_answer_that_goes_out_says_that_an_ai_speaks_and_only_that_one(self):
        texts = ["这款产品保本保息。", "您好，请问有什么可以帮您？", "营业时间为九点至五点。"]
        said = []
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            for number, text in enumerate(texts, 1):
                file.write(json.dumps({"id": f"n-{number}", "at": f"2026-11-27T10:0{number}:00+08:00", "language": "zh",
                                       "conversation": {"id": "c-n", "turn": number}, "customer": {"id": "k-n"},
                                       "jurisdictions": ["CN"], "answer": {"text": text}}) + "\n")
            file.flush()
            for line in self.run_caveat("decide", "--rules", ROOT / "rules", file.name).stdout.splitlines():
                reply = json.loads(line)
                said.append((reply["verdict"], [one["name"] for one in reply["disclosures"]], "我是本行的人工智能客服" in reply["say"]["text"]))
        self.assertEqual(said, [("block", [], False), ("revise", ["AI_NOTICE"], True), ("allow", [], False)])

    def test_a_blocked_product_leaves_and_the_others_stay(self):
        reply = next(reply for reply in self.decide() if "three-products-one-too-risky" in reply["id"])
        self.assertEqual([(item["id"], item["verdict"]) for item in reply["products"]],
                         [("p-wm-001", "allow"), ("p-wm-102", "allow"), ("p-wm-304", "block")])

    def test_each_malformed_turn_is_refused_with_its_code_and_its_place(self):
        wrong = []
        for file, code, path, _, _ in table(EXAMPLES / "refused" / "index.tsv", 5):
            done = self.run_caveat("decide", "--rules", ROOT / "rules", EXAMPLES / "refused" / file, expect=3)
            problem = json.loads(done.stdout.splitlines()[0])
            places = [error["path"] for error in problem["errors"]]
            if problem["code"] != code or (path != "-" and path not in places):
                wrong.append(f"{file}: expected {code} at {path!r}, found {problem['code']} at {places}")
            self.assertEqual(problem["verdict"], "handoff", file)
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_either_phrasing_of_a_pack_prints_the_other_and_comes_back(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "rules"
            shutil.copytree(ROOT / "rules", copy)
            prints = []
            for language in ("zh", "en", "zh"):
                self.run_caveat("fmt", "--language", language, copy)
                self.run_caveat("check", copy)
                prints.append({path.name + str(path.parent): path.read_bytes() for path in sorted(copy.rglob("*.cav"))})
            self.assertEqual(prints[0], prints[2])
            self.assertNotEqual(prints[0], prints[1])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
