#!/usr/bin/env python3
"""Every code of a room's table is raised by a case below tests/conformance/messages, in English and in Chinese,
and the case holds its whole text; no case shows a code that no table has.

`messages_test.py REPOSITORY`. The cases themselves are compared word for word by test_syntax, test_model, test_limits and e2e_messages;
this script holds the tables against them.
"""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
TABLES = ["engine/base", "engine/syntax", "engine/model", "engine/program", "engine/trial", "engine/decide", "adapters/load", "adapters/config",
          "adapters/server", "audit", "audit/report"]

# Codes whose way in does not exist yet, with the subject of the issue that brings it, or that no file which stands still raises.
LATER = {
    "fact_source": "callers with sources of their own come with the server",
    "bad_program": "bundles: images that come from elsewhere; damaged ones are tried byte by byte in tests/engine/program",
    "program_too_large": "shown with a lowered limit by tests/conformance/limits",
    "bad_cbor": "forged bytes: tests/engine/base",
    "bad_http": "bytes that are no HTTP: tests/adapters/server",
    "bad_record": "forged bytes of a record",
    "bad_proof": "forged bytes of a receipt",
    "package_too_large": "a package beyond its limits",
    "body_closed": "a key destroyed by others: tests/audit/seal, tests/audit/report",
    "log_exists": "two that make one log at once",
    "log_format": "a log or key set of another format: tests/audit/log",
    "log_parted": "files exchanged under an open log: tests/audit/log",
    "log_parted_unsaved": "files exchanged under an open log, and no room: tests/audit/log",
    "log_replaced": "files exchanged under an open log: tests/audit/log",
    "log_read_only": "a right that root always has: tests/interop/outside_key_test.py",
    "keys_unreadable": "a right that root always has: tests/interop/outside_key_test.py",
    "key_changed": "a key changed while a package is made: tests/e2e/serve_test.py",
    "storage": "a disk that fails while it is written: tests/audit/log",
    "unreadable": "a disk that fails while it is read",
}


def codes_of(table):
    names = {}
    for path in sorted((ROOT / table).glob("codes.*")):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r'Code k\w+\{\s*(?:\.name = )?"(\w+)"', text):
            names[name] = str(path.relative_to(ROOT))
    return names


def shown():
    """code → languages in which a case shows it."""
    found = {}

    def add(code, language):
        found.setdefault(code, set()).add(language)

    for path in sorted((ROOT / "tests/conformance/messages").rglob("*.txt")):
        if path.name == "wire_codes.txt":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("| "):  # of a file that a transcript writes
                continue
            for code in re.findall(r"(?:error|warning|note)\[(\w+)\]", line):
                add(code, "en")
            for code in re.findall(r"(?:错误|警告|说明)\[(\w+)\]", line):
                add(code, "zh")
            for code in re.findall(r" \[(\w+)\]$", line):  # a Problem on a terminal
                add(code, "zh" if re.search(r"[\u4e00-\u9fff]", line) else "en")
            for code in re.findall(r'"code":"(\w+)"', line):
                title = re.search(r'"(?:title|message)":"([^"]*)"', line)
                add(code, "zh" if title and re.search(r"[\u4e00-\u9fff]", title.group(1)) else "en")
    return found


class Tables(unittest.TestCase):
    maxDiff = None

    def test_every_code_is_raised_whole_in_both_languages(self):
        found = shown()
        missing = []
        for table in TABLES:
            for code, path in codes_of(table).items():
                if code in LATER:
                    continue
                for language in ("en", "zh"):
                    if language not in found.get(code, set()):
                        missing.append(f"{code} ({path}): no {language} case below tests/conformance/messages shows it")
        self.assertEqual(missing, [])

    def test_what_is_left_for_later_is_in_a_table_and_shown_by_no_case_but_its_own(self):
        known = set()
        for table in TABLES:
            known |= set(codes_of(table))
        self.assertEqual(sorted(set(LATER) - known), [])

    def test_no_case_shows_a_code_that_no_table_has(self):
        known = set()
        for path in list(ROOT.glob("engine/*/codes.*")) + list(ROOT.glob("adapters/*/codes.*")) + list(ROOT.glob("audit/**/codes.*")):
            known |= set(re.findall(r'Code k\w+\{\s*(?:\.name = )?"(\w+)"', path.read_text(encoding="utf-8")))
        self.assertEqual(sorted(set(shown()) - known), [])

    def test_every_code_has_both_wordings(self):
        for table in TABLES:
            for path in sorted((ROOT / table).glob("codes.*")):
                text = path.read_text(encoding="utf-8")
                for name, rest in re.findall(r'Code k\w+\{\s*"(\w+)",(.*?)\};$', text, re.S | re.M):
                    self.assertRegex(rest, r"[\u4e00-\u9fff]", f"{name} of {path.name} has no Chinese wording")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
