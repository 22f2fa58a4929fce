#!/usr/bin/env python3
"""One decision's whole way through the real binary: turns in, decisions out, log verified, report written, package verified;
and what happens when somebody changes the log, its keys or the package on the way.

    walk_test.py BINARY REPOSITORY
"""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import zipfile

from watch import open_files, until

BINARY, REPOSITORY = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
EXAMPLES = sorted((REPOSITORY / "examples").glob("*.jsonl"))


def caveat(*words, stdin=b"", env=None):
    environment = {**os.environ, "LANG": "C.UTF-8", **(env or {})}
    environment.pop("CAVEAT_KEYS", None)
    done = subprocess.run([BINARY, *map(str, words)], input=stdin, cwd=REPOSITORY, env=environment, capture_output=True,
                          timeout=240, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def turns():
    return b"".join(path.read_bytes() for path in EXAMPLES)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Walk(unittest.TestCase):
    """One log of all example turns, made once, copied by the tests that harm it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="caveat-e2e-"))
        cls.log = cls.folder / "audit.db"
        cls.code, out, cls.err = caveat("decide", "--rules", "rules", "--log", cls.log, *EXAMPLES)
        cls.decisions = lines(out)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def copy(self):
        target = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copy(self.log, target / "audit.db")
        shutil.copytree(self.folder / "audit.keys", target / "audit.keys")
        return target / "audit.db"

    # ---- the walk

    def test_every_turn_gets_one_decision_in_order_with_a_receipt(self):
        self.assertEqual(self.code, 0, self.err)
        asked = [json.loads(line)["id"] for line in turns().splitlines()]
        self.assertGreaterEqual(len(asked), 60)
        self.assertEqual([decision["id"] for decision in self.decisions], asked)
        indices = [decision["receipt"]["index"] for decision in self.decisions]
        self.assertEqual(len(set(indices)), len(indices))
        self.assertEqual(sorted(indices), indices)
        for decision in self.decisions:
            self.assertIn("say", decision)
            self.assertTrue(decision["packs"])
        self.assertIn("audit.keys", self.err)

    def test_the_members_of_a_reply_stand_in_the_order_of_its_shape(self):
        self.assertEqual(list(self.decisions[0]),
                         ["id", "decision", "verdict", "say", "products", "actions", "redactions", "disclosures", "requires",
                          "flags", "handoff", "reasons", "packs", "data", "receipt"])

    def test_the_verdicts_are_those_that_were_written_from_the_law(self):
        expected = {}
        for line in (REPOSITORY / "examples/expected.tsv").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                turn, verdict, rules = line.split("\t")
                expected[turn] = (verdict, [] if rules == "-" else rules.split(","))
        for decision in self.decisions:
            rules = sorted({reason["rule"] for reason in decision["reasons"]})
            self.assertEqual((decision["verdict"], rules), expected[decision["id"]], decision["id"])

    def test_the_outcome_is_the_same_bytes_for_any_number_of_jobs(self):
        runs = [caveat("decide", "--rules", "rules", "--outcome", "--jobs", jobs, stdin=turns())[1] for jobs in (1, 2, 7)]
        self.assertEqual(runs[0], runs[1])
        self.assertEqual(runs[0], runs[2])
        self.assertRegex(lines(runs[0])[0]["cbor_sha256"], "^[0-9a-f]{64}$")

    def test_sending_everything_again_records_nothing_and_replies_the_same(self):
        log = self.copy()
        before = caveat("log", "show", log, "--copy", "--json")[1]
        code, out, err = caveat("decide", "--rules", "rules", "--log", log, stdin=turns())
        self.assertEqual(code, 0, err)
        self.assertEqual(lines(out), self.decisions)
        self.assertEqual(caveat("log", "show", log, "--copy", "--json")[1], before)

    def test_the_log_verifies_is_shown_and_grows(self):
        log = self.copy()
        code, out, err = caveat("log", "verify", log)
        self.assertEqual(code, 0, out + err)
        code, out, _ = caveat("log", "show", log, "--json")
        self.assertEqual(code, 0)
        shown = [record for record in lines(out) if record["kind"] == "decision"]
        self.assertEqual(len(shown), len(self.decisions))
        self.assertEqual([record["verdict"] for record in sorted(shown, key=lambda record: record["index"])],
                         [decision["verdict"] for decision in sorted(self.decisions, key=lambda decision: decision["receipt"]["index"])])
        code, out, _ = caveat("log", "show", log, "--index", self.decisions[2]["receipt"]["index"], "--language", "zh")
        self.assertEqual(code, 0)
        self.assertIn("裁决", out)
        # one record in full tells the facts that its rules stand on, those of the reply among them
        stand_on_facts = [decision for decision in self.decisions if any(reason["facts"] for reason in decision["reasons"])][:8]
        self.assertEqual(len(stand_on_facts), 8)
        for decision in stand_on_facts:
            index = decision["receipt"]["index"]
            told = lines(caveat("log", "show", log, "--index", index, "--copy", "--json")[1])[0]
            by_rule = {(rule, fact["path"]) for fact in told["facts"] for rule in fact.get("rules", [])}
            texts = ("answer.text", "message.text")
            wanted = {(reason["rule"], path) for reason in decision["reasons"] for path in reason["facts"] if path not in texts}
            self.assertLessEqual(wanted, by_rule, decision["id"])
            self.assertTrue(all(fact["known"] is ("cause" not in fact) for fact in told["facts"]), told["facts"])
            shown = caveat("log", "show", log, "--index", index, "--copy", "--language", "en")[1]
            self.assertEqual(shown.count("\n  fact: "), len(told["facts"]), shown)
        code, _, err = caveat("decide", "--rules", "rules", "--log", log, stdin=b'{"id":"one-more","message":{"text":"hello"}}\n')
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(caveat("log", "verify", log)[0], 0)

    def test_a_customers_id_and_text_lie_nowhere_in_clear_in_any_spelling(self):
        files = [self.log, *self.folder.glob("audit.db-*"), *(self.folder / "audit.keys").iterdir()]
        self.assertGreaterEqual(len(files), 5)
        for secret in ("k-1025", "s025-promises-principal", "这款R2理财保本保息"):
            for spelling in spellings(secret):
                for path in files:
                    self.assertNotIn(spelling, path.read_bytes(), f"{secret} in {path.name}")
        self.assertIn(spellings("a secret")[6], base64.b64encode(b"yy" + b"a secret in between"))  # the search itself sees something

    def test_reports_are_written_the_same_twice_and_the_package_verifies(self):
        log = self.copy()
        html, package = log.parent / "report.html", log.parent / "evidence.zip"
        key = log.parent / "audit.keys" / "log.vkey"
        checkpoint = log.parent / "checkpoint"
        self.assertEqual(caveat("report", log, "--out", package)[0], 0)
        with zipfile.ZipFile(package) as archive:
            checkpoint.write_bytes(archive.read("checkpoint"))
        of_then = package.read_bytes()
        for path in (html, package, log.parent / "rows.csv", log.parent / "rows.jsonl"):
            code, _, err = caveat("report", log, "--checkpoint", checkpoint, "--out", path)
            self.assertEqual(code, 0, err)
            first = of_then if path == package else path.read_bytes()
            self.assertEqual(caveat("report", log, "--checkpoint", checkpoint, "--out", path)[0], 0)
            self.assertEqual(path.read_bytes(), first, path.name)
        exports = [record for record in lines(caveat("log", "show", log, "--json")[1]) if record["kind"] == "exported"]
        self.assertEqual([record["event"]["form"] for record in exports],
                         ["zip", "html", "html", "zip", "zip", "csv", "csv", "jsonl", "jsonl"])
        self.assertEqual(len((log.parent / "rows.csv").read_text(encoding="utf-8-sig").splitlines()), len(self.decisions) + 1)
        rows = lines((log.parent / "rows.jsonl").read_text(encoding="utf-8"))
        self.assertEqual({(row["request"], row["decision"]) for row in rows},
                         {(decision["id"], decision["decision"]) for decision in self.decisions})
        self.assertEqual([row["verdict"] for row in lines((log.parent / "rows.jsonl").read_text(encoding="utf-8"))],
                         [decision["verdict"] for decision in sorted(self.decisions, key=lambda decision: decision["receipt"]["index"])])
        page = html.read_text(encoding="utf-8")
        self.assertIn("cn.wealth/riskier_than_customer", page)
        self.assertNotIn("<script", page)
        code, out, err = caveat("verify", package, "--key", key)
        self.assertEqual(code, 0, out + err)
        self.assertIn("12 ✓", out)  # the receipt beside it
        self.assertEqual(caveat("verify", package)[0], 5)
        unpacked = log.parent / "unpacked"
        with zipfile.ZipFile(package) as archive:
            archive.extractall(unpacked)
        self.assertEqual(caveat("verify", unpacked, "--key", key)[0], 0)

    def test_a_log_is_searched_and_that_it_was_looked_at_is_recorded(self):
        log = self.copy()
        of_customer = next(decision for decision in self.decisions if decision["id"].startswith("s0") and decision["verdict"] == "block")
        turn = next(json.loads(line) for line in turns().splitlines() if json.loads(line)["id"] == of_customer["id"])
        customer = turn["customer"]["id"]
        expected = sorted(decision["receipt"]["index"] for decision, line in zip(self.decisions, turns().splitlines())
                          if json.loads(line).get("customer", {}).get("id") == customer)
        code, out, err = caveat("log", "search", log, "--customer", customer, "--json", "--reason", "complaint 12")
        self.assertEqual(code, 0, err)
        self.assertEqual([record["index"] for record in lines(out)], expected)
        blocked = lines(caveat("log", "search", log, "--customer", customer, "--verdict", "拦截", "--json")[1])
        self.assertTrue(blocked)
        self.assertEqual({record["verdict"] for record in blocked}, {"block"})
        self.assertEqual(lines(caveat("log", "search", log, "--customer", "nobody", "--json")[1]), [])
        self.assertEqual(caveat("log", "search", log)[0], 2)
        self.assertEqual(caveat("log", "search", log, "--verdict", "maybe")[0], 2)
        shown = lines(caveat("log", "show", log, "--copy", "--json")[1])
        views = [record["event"] for record in shown if record["kind"] == "viewed"]
        self.assertEqual(len(views), 3)
        self.assertEqual((views[0]["reason"], views[0]["search"]), ("complaint 12", f"--customer {customer}"))
        self.assertNotIn(customer.encode(), log.read_bytes())
        self.assertEqual(caveat("log", "verify", log)[0], 0)

    def test_a_log_on_a_disk_that_only_reads_is_shown_searched_and_reported_and_that_it_is_not_in_the_log_is_said(self):
        log = self.copy()
        mounts = f"mount --bind '{log.parent}' '{log.parent}' && mount -o remount,ro,bind '{log.parent}' && "
        if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "sh", "-c", mounts + "true"], capture_output=True, check=False).returncode:
            self.skipTest("no mount of one's own")
        with tempfile.TemporaryDirectory() as place:
            for words in (f"log show '{log}'", f"log search '{log}' --verdict block", f"report '{log}' --out '{place}/evidence.zip'"):
                done = subprocess.run(["unshare", "-rm", "sh", "-c", f"{mounts}'{BINARY}' {words}"], capture_output=True, text=True, check=False,
                                      env={**os.environ, "LANG": "C.UTF-8"})
                with self.subTest(words):
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertIn("cannot be written", done.stderr)

    def test_a_copy_and_a_log_without_keys_say_that_the_export_is_not_in_the_log(self):
        log = self.copy()
        page = log.parent / "page.html"
        before = log.read_bytes()
        self.assertEqual(caveat("report", log, "--copy", "--out", page)[0], 0)
        self.assertEqual(log.read_bytes(), before)
        self.assertIn("This export is NOT in the log", page.read_text(encoding="utf-8"))
        package, key = log.parent / "evidence.zip", log.parent / "audit.keys" / "log.vkey"
        for options in ((), ("--copy",)):  # the second has no receipt, and that of the first must not speak for it
            self.assertEqual(caveat("report", log, "--out", package, *options)[0], 0)
            code, out, err = caveat("verify", package, "--key", key)
            self.assertEqual(code, 0, out + err)
        shutil.rmtree(log.parent / "audit.keys")
        code, _, err = caveat("report", log, "--language", "zh", "--out", page)
        self.assertEqual(code, 0, err)
        self.assertIn("本次导出未记入日志", page.read_text(encoding="utf-8"))
        self.assertEqual(caveat("report", log, "--out", log.parent / "evidence.zip")[0], 4)

    def test_no_report_is_signed_over_what_no_key_at_hand_has_signed(self):
        log = self.copy()
        older = log.parent / "older.keys"
        shutil.copytree(log.parent / "audit.keys", older)
        self.assertEqual(caveat("keys", "rotate", log.parent / "audit.keys")[0], 0)
        self.assertEqual(caveat("log", "show", log, "--json")[0], 0)  # a record behind the change
        for form in ("zip", "html", "csv", "jsonl"):
            out = log.parent / f"older.{form}"
            code, _, err = caveat("report", log, "--copy", "--keys", older, "--out", out)
            self.assertEqual((code, "[keys_missing]" in err, out.exists()), (4, True, False), err)
        self.assertEqual(caveat("report", log, "--copy", "--out", log.parent / "now.zip")[0], 0)

    def test_a_report_of_a_copy_that_its_keys_are_ahead_of_says_so_whatever_its_form(self):
        log = self.copy()
        copy = log.parent / "copy.db"
        for source, to in ((log, copy), (log.parent / "audit.keys" / "data.db", log.parent / "data.db")):
            if to != copy:
                self.assertEqual(caveat("log", "show", log, "--json")[0], 0)  # goes on: that it was looked at is a record
            with contextlib.closing(sqlite3.connect(source)) as db:
                db.execute("VACUUM INTO ?", (str(to),))
        keys = log.parent / "copy.keys"
        shutil.copytree(log.parent / "audit.keys", keys)
        for name in ("data.db", "data.db-wal", "data.db-shm"):
            (keys / name).unlink(missing_ok=True)
        shutil.move(log.parent / "data.db", keys / "data.db")
        (keys / "data.db").chmod(0o600)
        for form in ("html", "csv", "jsonl", "zip"):
            with self.subTest(form):
                code, _, err = caveat("report", copy, "--copy", "--out", log.parent / f"page.{form}")
                self.assertEqual(code, 0, err)
                self.assertIn("1 record of which its keys know is missing at the end of this copy", err)
                code, out, err = caveat("report", copy, "--copy", "--json", "--out", log.parent / f"page.{form}")
                self.assertEqual((code, json.loads(out)["missing"]), (0, 1), err)
        code, out, err = caveat("report", log, "--json", "--out", log.parent / "whole.csv")
        self.assertNotIn("missing", json.loads(out), err)
        # Of the copy itself: never ✓ what nobody can tell.
        code, out, err = caveat("log", "verify", copy)
        self.assertEqual(code, 1, out + err)
        self.assertRegex(out, r"13 ✗ .*\n     refuted: .* say so with `--copy`")
        code, out, err = caveat("log", "verify", copy, "--copy")
        self.assertEqual(code, 0, out + err)
        self.assertRegex(out, r"^This copy is whole as far as it goes\. Its keys know of 1 record more")
        self.assertIn("13 – ", out)
        self.assertEqual(json.loads(caveat("log", "verify", copy, "--copy", "--json")[1])["missing"], 1)
        self.assertIn("本副本就其所含部分完整", caveat("log", "verify", copy, "--copy", "--language", "zh")[1])
        (keys / "high-water").unlink()
        self.assertEqual(caveat("log", "verify", copy)[0], 1)
        code, out, err = caveat("log", "verify", copy, "--copy")
        self.assertEqual(code, 0, out + err)
        self.assertIn("not checked, because this is a copy, and the mark of its log was not copied with it", out)
        for form in ("html", "csv", "jsonl", "zip"):
            page = log.parent / f"unmarked.{form}"
            code, _, err = caveat("report", copy, "--copy", "--out", page)
            self.assertEqual((code, "no high-water mark came with this copy" in err), (0, True), err)
            code, out, err = caveat("report", copy, "--copy", "--json", "--out", page)
            self.assertIs(json.loads(out)["end_known"], False, err)
        self.assertIn("How far the log had come", (log.parent / "unmarked.html").read_text(encoding="utf-8"))
        # With the keys of after a change of key, whoever had the old one could have written it.
        self.assertEqual(caveat("keys", "rotate", log.parent / "audit.keys")[0], 0)
        self.assertEqual(caveat("log", "search", log, "--verdict", "block")[0], 0)
        code, out, err = caveat("log", "verify", copy, "--copy", "--keys", log.parent / "audit.keys")
        self.assertEqual(code, 1, out + err)
        self.assertRegex(out, r"3 ✗ .*\n     refuted: .* is checked with the keys of then \(`--keys`\), or taken anew")
        self.assertNotIn("✓ Every record", out)

    def test_a_report_as_of_a_checkpoint_names_no_key_of_a_customer_that_came_after_it(self):
        log = self.copy()
        ask = ("report", log, "--customer", "k-new", "--seed", "7", "--out")
        self.assertEqual(caveat(*ask, log.parent / "before.zip")[0], 0)
        with zipfile.ZipFile(log.parent / "before.zip") as archive:
            (log.parent / "checkpoint").write_bytes(archive.read("checkpoint"))
        turn = b'{"id":"new","customer":{"id":"k-new"},"message":{"text":"hello"}}\n'
        self.assertEqual(caveat("decide", "--rules", "rules", "--log", log, stdin=turn)[0], 0)
        self.assertEqual(caveat(*ask, log.parent / "after.zip", "--checkpoint", log.parent / "checkpoint")[0], 0)
        self.assertEqual((log.parent / "before.zip").read_bytes(), (log.parent / "after.zip").read_bytes())

    def test_keys_are_listed_rotated_and_protected_and_old_packages_still_verify(self):
        log = self.copy()
        keys, package, old_key = log.parent / "audit.keys", log.parent / "evidence.zip", log.parent / "old.vkey"
        self.assertEqual(caveat("report", log, "--out", package)[0], 0)
        shutil.copy(keys / "log.vkey", old_key)
        code, out, err = caveat("keys", "rotate", keys, "--json")
        self.assertEqual(code, 0, err)
        rotated = json.loads(out)
        self.assertEqual(rotated["before"] + "\n", old_key.read_text())
        self.assertEqual(rotated["after"] + "\n", (keys / "log.vkey").read_text())
        self.assertEqual(caveat("log", "verify", log)[0], 0)
        self.assertEqual(caveat("verify", package, "--key", old_key)[0], 0)
        newer = log.parent / "newer.zip"
        self.assertEqual(caveat("report", log, "--out", newer)[0], 0)
        self.assertEqual(caveat("verify", newer, "--key", keys / "log.vkey")[0], 0)
        code, out, err = caveat("verify", newer, "--key", old_key)
        self.assertEqual(code, 0, out + err)  # the change lies in the package, signed by both
        self.assertIn("records of the log tie it to the key that you named", out)
        for of in (package, newer):  # newer's checkpoint is signed anew for the key of then
            with zipfile.ZipFile(of) as archive:
                (log.parent / "checkpoint").write_bytes(archive.read("checkpoint"))
            code, _, err = caveat("report", log, "--checkpoint", log.parent / "checkpoint", "--out", log.parent / "again.zip")
            self.assertEqual(code, 0, err)
        self.assertEqual((log.parent / "again.zip").read_bytes(), newer.read_bytes())
        listed = json.loads(caveat("keys", "list", keys, "--json")[1])
        self.assertEqual(listed["signers"], [rotated["before"], rotated["after"]])
        self.assertFalse(listed["protected"])
        phrase = log.parent / "phrase"
        phrase.write_text("correct horse\n")
        phrase.chmod(0o644)
        code, _, err = caveat("keys", "protect", keys, env={"CAVEAT_PASSPHRASE_FILE": str(phrase)})
        self.assertEqual((code, "[key_mode]" in err), (4, True), err)  # what others may read protects nothing
        phrase.chmod(0o600)
        code, _, err = caveat("keys", "protect", keys, env={"CAVEAT_PASSPHRASE_FILE": str(phrase)})
        self.assertEqual(code, 0, err)
        self.assertEqual(caveat("log", "verify", log)[0], 4)
        self.assertEqual(caveat("log", "verify", log, env={"CAVEAT_PASSPHRASE_FILE": str(phrase)})[0], 0)
        self.assertEqual(caveat("keys", "protect", keys)[0], 2)
        phrase.write_text("correct horse")  # what cannot be read back must not close the set
        long = log.parent / "long"
        long.write_text("x" * 4097)
        long.chmod(0o600)
        code, _, err = caveat("keys", "protect", keys, "--passphrase", long, env={"CAVEAT_PASSPHRASE_FILE": str(phrase)})
        self.assertEqual((code, "4096" in err), (4, True), err)
        self.assertEqual(caveat("log", "verify", log, env={"CAVEAT_PASSPHRASE_FILE": str(phrase)})[0], 0)

    def test_a_log_put_back_goes_on_in_a_new_epoch(self):
        log = self.copy()
        old = log.read_bytes()
        self.assertEqual(caveat("decide", "--rules", "rules", "--log", log, stdin=b'{"id":"late","message":{"text":"hello"}}\n')[0], 0)
        for beside in ("-wal", "-shm"):
            pathlib.Path(str(log) + beside).unlink(missing_ok=True)
        log.write_bytes(old)
        code, out, err = caveat("log", "restore", log, "--reason", "disk lost", "--json")
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads(out)["lost"], 1)
        self.assertEqual(caveat("log", "verify", log)[0], 0)
        code, out, err = caveat("decide", "--rules", "rules", "--log", log, stdin=b'{"id":"later","message":{"text":"hello"}}\n')
        self.assertEqual(code, 0, err)
        self.assertTrue(lines(out)[0]["receipt"]["log"].endswith("/epoch-2"))
        self.assertEqual(caveat("log", "restore", log, "--reason", "again")[0], 1)
        package = log.parent / "evidence.zip"
        self.assertEqual(caveat("report", log, "--out", package)[0], 0)
        self.assertEqual(caveat("verify", package, "--key", log.parent / "audit.keys" / "log.vkey")[0], 0)

    def test_a_decision_is_explained_in_both_languages(self):
        turn = next(line for line in turns().splitlines() if b"s003-r4-for-c2" in line)
        for language, word in (("zh", "法源"), ("en", "The law")):
            code, out, err = caveat("explain", "--rules", "rules", "--language", language, "-", stdin=turn)
            self.assertEqual(code, 0, err)
            self.assertIn(word, out)
            self.assertIn("cn.wealth/riskier_than_customer", out)
        code, out, _ = caveat("explain", "--rules", "rules", "--for", "customer", "-", stdin=turn)
        self.assertEqual(code, 0)
        self.assertNotIn("cn.wealth/", out)
        code, out, _ = caveat("explain", "--rules", "rules", "--json", "-", stdin=turn)
        self.assertEqual(json.loads(out)["verdict"], "block")

    def test_rules_are_checked_formatted_and_described(self):
        code, out, err = caveat("check", "rules")
        self.assertEqual(code, 0, out + err)
        checked = json.loads(caveat("check", "rules", "--json")[1])
        self.assertTrue(checked["ok"])
        self.assertEqual(checked["examples"]["run"], checked["examples"]["held"])
        schema = json.loads(caveat("schema", "--rules", "rules")[1])
        self.assertEqual(schema["required"], ["id"])
        known = set(schema["properties"])
        for line in turns().splitlines():
            self.assertLessEqual(set(json.loads(line)), known)

    def test_the_schema_refuses_the_ids_that_a_turn_is_refused_for(self):
        schema = json.loads(caveat("schema", "--rules", "rules")[1])
        for part in ("bot", "conversation", "customer"):
            turn = json.dumps({"id": "x", part: {"id": ""}}).encode()
            self.assertEqual(json.loads(caveat("decide", "--rules", "rules", stdin=turn)[1])["code"], "bad_id", part)
            self.assertIn('"minLength": 1', json.dumps(schema["properties"][part]["anyOf"][0]["properties"]["id"]), part)

    # ---- refusals

    def test_refused_lines_stand_in_their_place_and_the_run_goes_on(self):
        bad = b'{"id":"x","custmer":1}\n{"id":"y","message":{"text":"hello"}}\n{"id":"z"\n'
        code, out, _ = caveat("decide", "--rules", "rules", stdin=bad)
        first, second, third = lines(out)
        self.assertEqual(code, 3)
        self.assertEqual((first["code"], second["verdict"], third["code"]), ("unknown_member", "allow", "not_json"))
        for problem in (first, third):
            self.assertEqual(problem["verdict"], "handoff")
            self.assertFalse(problem["handoff"]["hold"])

    def test_every_malformed_example_is_refused_by_name(self):
        index = [line.split("\t") for line in (REPOSITORY / "examples/refused/index.tsv").read_text(encoding="utf-8").splitlines()
                 if line and not line.startswith("#")]
        self.assertGreaterEqual(len(index), 12)
        for name, code, path, *_ in index:
            exit_code, out, _ = caveat("decide", "--rules", "rules", REPOSITORY / "examples/refused" / name)
            problem = lines(out)[0]
            self.assertEqual((exit_code, problem["code"]), (3, code), name)
            if path != "-":
                self.assertEqual(problem["errors"][0]["path"], path, name)

    def test_a_long_line_is_refused_and_not_held_in_memory(self):
        line = b'{"id":"x","message":{"text":"' + b"a" * (8 << 20) + b'"}}\n{"id":"y","message":{"text":"hello"}}\n'
        code, out, _ = caveat("decide", "--rules", "rules", stdin=line)
        first, second = lines(out)
        self.assertEqual((code, first["code"], second["id"]), (3, "too_large", "y"))

    # ---- tampering

    def test_any_changed_cell_and_any_dropped_row_is_found(self):
        with sqlite3.connect(self.log) as database:
            tables = [row[0] for row in database.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")]
            columns = {table: [row[1] for row in database.execute(f"pragma table_info({table})")] for table in tables}
            filled = [table for table in tables if database.execute(f"select count(*) from {table}").fetchone()[0] > 0]
        self.assertGreaterEqual(len(filled), 4)
        for table in filled:
            for column in columns[table]:
                self.harm(f"{table}.{column}", lambda database, t=table, c=column: change(database, t, c))
            self.harm(f"a row of {table}", lambda database, t=table: database.execute(
                f"delete from {t} where rowid = (select max(rowid) from {t})" if has_rowid(database, t) else
                f"delete from {t} where ({columns[t][0]}) = (select max({columns[t][0]}) from {t})"))

    def harm(self, what, how):
        log = self.copy()
        database = sqlite3.connect(log)
        try:
            how(database)
            database.commit()
        except sqlite3.IntegrityError:
            return  # the schema itself forbids it
        finally:
            database.close()
        code, out, err = caveat("log", "verify", log)
        self.assertNotEqual(code, 0, f"{what}: {out}{err}")

    def test_a_log_put_back_from_an_old_copy_is_refused(self):
        log = self.copy()
        old = log.read_bytes()
        self.assertEqual(caveat("decide", "--rules", "rules", "--log", log, stdin=b'{"id":"late","message":{"text":"hello"}}\n')[0], 0)
        for beside in ("-wal", "-shm"):
            pathlib.Path(str(log) + beside).unlink(missing_ok=True)
        log.write_bytes(old)
        self.assertNotEqual(caveat("log", "verify", log)[0], 0)
        self.assertNotEqual(caveat("decide", "--rules", "rules", "--log", log, stdin=b'{"id":"later","message":{"text":"hello"}}\n')[0], 0)

    def test_any_changed_byte_or_member_of_a_package_is_found(self):
        log = self.copy()
        package, key = log.parent / "evidence.zip", log.parent / "audit.keys" / "log.vkey"
        self.assertEqual(caveat("report", log, "--out", package)[0], 0)
        whole = package.read_bytes()
        for step in range(24):
            at = step * (len(whole) - 1) // 23
            package.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
            self.assertEqual(caveat("verify", package, "--key", key)[0], 1, f"byte {at}")
        package.write_bytes(whole)
        unpacked = log.parent / "unpacked"
        with zipfile.ZipFile(package) as archive:
            archive.extractall(unpacked)
        members = [path for path in unpacked.rglob("*") if path.is_file()]
        for path in members:
            kept = path.read_bytes()
            path.unlink()
            self.assertEqual(caveat("verify", unpacked, "--key", key)[0], 1, f"dropped {path.name}")
            path.write_bytes(kept)
        (unpacked / "more.txt").write_text("added", encoding="utf-8")
        self.assertEqual(caveat("verify", unpacked, "--key", key)[0], 1)

    # ---- the process

    def test_what_was_answered_before_a_kill_is_in_the_log(self):
        log = self.folder / "killed.db"
        process = subprocess.Popen([BINARY, "decide", "--rules", "rules", "--log", log], cwd=REPOSITORY, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for number in range(600):
            process.stdin.write(b'{"id":"t-%d","message":{"text":"hello"}}\n' % number)
        process.stdin.flush()
        answered = [json.loads(process.stdout.readline()) for _ in range(100)]
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().decode(errors="replace")
        process.wait()
        process.stdin.close()
        process.stdout.close()
        for line in rest.splitlines(keepends=True):
            if line.endswith("\n"):
                answered.append(json.loads(line))
        code, out, err = caveat("log", "verify", log)
        self.assertEqual(code, 0, out + err)
        records = lines(caveat("log", "show", log, "--json")[1])
        present = {record["index"] for record in records}
        for decision in answered:
            self.assertIn(decision["receipt"]["index"], present)
        code, out, err = caveat("decide", "--rules", "rules", "--log", log, stdin=b'{"id":"t-0","message":{"text":"hello"}}\n')
        self.assertEqual(code, 0, err)
        self.assertEqual(lines(out)[0], answered[0])

    def test_a_second_writer_is_refused_in_words(self):
        log = self.copy()
        process = subprocess.Popen([BINARY, "decide", "--rules", "rules", "--log", log], cwd=REPOSITORY, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdin.write(b'{"id":"first","message":{"text":"hello"}}\n')
        process.stdin.flush()
        until(lambda: pathlib.Path(f"{log}-writer").exists() or process.poll() is not None)
        code, _, err = caveat("decide", "--rules", "rules", "--log", log, stdin=b'{"id":"second","message":{"text":"hello"}}\n')
        self.assertEqual(code, 4)
        self.assertIn(str(process.pid), err)
        process.stdin.close()
        self.assertEqual(json.loads(process.stdout.readline())["id"], "first")
        process.stdout.close()
        self.assertEqual(process.wait(), 0)

    def test_what_is_decided_while_a_look_waits_for_its_turn_is_shown_and_the_log_says_so(self):
        log = self.copy()
        before = len(lines(caveat("log", "show", log, "--copy", "--json")[1]))
        writer = subprocess.Popen([BINARY, "decide", "--rules", "rules", "--log", log], cwd=REPOSITORY, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(writer.stdout.close)
        until(lambda: pathlib.Path(f"{log}-writer").exists() or writer.poll() is not None)
        show = subprocess.Popen([BINARY, "log", "show", log, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # It opens its keys behind its snapshot, and has them while it waits for the writer.
        until(lambda: show.poll() is not None or any(name.endswith("audit.keys/data.db") for name in open_files(show.pid)))
        self.assertIsNone(show.poll())
        for number in range(50):
            writer.stdin.write(b'{"id":"more-%d","message":{"text":"hello"}}\n' % number)
        writer.stdin.close()
        self.assertEqual(writer.wait(), 0)
        out, err = show.communicate(timeout=60)
        self.assertEqual(show.returncode, 0, err)
        view = [record["event"] for record in lines(caveat("log", "show", log, "--copy", "--json")[1]) if record["kind"] == "viewed"][-1]
        shown = [record["index"] for record in lines(out)]
        self.assertGreaterEqual(len(shown), before + 50)
        self.assertEqual(shown, list(range(self.told_end(view))))

    @staticmethod
    def told_end(view):
        """Of an event that says which records were seen, all from the first on: the first that was not."""
        return int(next(value for name, value in view.items() if name.startswith("records")).split(" to ")[1].split()[0]) + 1

    def test_a_disk_that_is_full_hands_over_and_exits_4(self):
        code, _, err = caveat("decide", "--rules", "rules", "--log", "/proc/nowhere/audit.db", stdin=b'{"id":"x","message":{"text":"hello"}}\n')
        self.assertEqual(code, 4)
        self.assertIn("/proc/nowhere", err)

    def test_a_starter_pack_passes_its_own_check(self):
        folder = self.folder / "starter"
        self.assertEqual(caveat("new", folder)[0], 0)
        code, out, err = caveat("check", folder)
        self.assertEqual(code, 0, out + err)
        self.assertEqual(caveat("fmt", "--check", folder), (0, "", ""))
        self.assertEqual(caveat("new", folder)[0], 4)

    def test_every_example_of_the_help_works_as_pasted(self):
        folder = self.folder / "pasted"
        folder.mkdir()
        for shared in ("rules", "examples"):
            shutil.copytree(REPOSITORY / shared, folder / shared)
        (folder / "bin").mkdir()
        (folder / "bin" / "caveat").symlink_to(BINARY)
        environment = {**os.environ, "LANG": "C.UTF-8", "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
        table = caveat("help")[1]
        names = [line[2:18].strip() for line in table.splitlines() if line.startswith("  ") and "not there yet" not in line]
        self.assertGreaterEqual(len(names), 13)
        for name in names:
            code, page, _ = caveat("help", *name.split())
            self.assertEqual(code, 0, name)
            allowed = {int(line.split()[0]) for line in page.split("\nexit codes\n")[1].split("\n\n")[0].splitlines()} - {2, 3, 4}
            pasted = [line.strip() for line in page.split("\nexamples\n")[1].splitlines() if not line.strip().startswith("#")]
            self.assertGreaterEqual(len(pasted), 2, name)
            for line in pasted:
                done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                      capture_output=True, timeout=120, check=False)
                self.assertIn(done.returncode, allowed, f"{line}: {done.stderr.decode()}")

    def test_rules_are_printed_in_the_other_language_and_mean_the_same(self):
        folder = self.folder / "translated"
        shutil.copytree(REPOSITORY / "rules", folder)
        before = json.loads(caveat("check", folder, "--json")[1])
        for language in ("zh", "en"):
            code, _, err = caveat("fmt", "--language", language, folder)
            self.assertEqual(code, 0, err)
            self.assertEqual(caveat("fmt", "--language", language, "--check", folder), (0, "", ""))
            after = json.loads(caveat("check", folder, "--json")[1])
            self.assertTrue(after["ok"])
            self.assertEqual(after["packs"], before["packs"])


def spellings(word):
    """The bytes in which a word may lie: plain, UTF-16, hex, base64 at its three alignments without what its neighbours change."""
    plain = word.encode()
    found = [plain, word.encode("utf-16-le"), word.encode("utf-16-be"), plain.hex().encode()]
    for shift in range(3):
        encoded = base64.b64encode(b"x" * shift + plain)
        found.append(encoded[4 if shift else 0:(shift + len(plain)) // 3 * 4])
    return [spelling for spelling in found if len(spelling) >= 6]  # shorter ones come about by chance


def has_rowid(database, table):
    sql = database.execute("select sql from sqlite_master where name = ?", (table,)).fetchone()[0]
    return "WITHOUT ROWID" not in sql.upper()


def change(database, table, column):
    """Another value of the same kind in one cell."""
    key = "rowid" if has_rowid(database, table) else ", ".join(
        row[1] for row in database.execute(f"pragma table_info({table})") if row[5])
    row = database.execute(f"select {key}, {column} from {table} where {column} is not null order by {key} desc limit 1").fetchone()
    if row is None:
        raise sqlite3.IntegrityError
    value = row[-1]
    if isinstance(value, bytes):
        other = value[:-1] + bytes([value[-1] ^ 1]) if value else b"x"
    elif isinstance(value, str):
        other = value[:-1] + chr(ord(value[-1]) ^ 1) if value else "x"
    else:
        other = value + 1000
    where = " and ".join(f"{name} = ?" for name in key.split(", "))
    database.execute(f"update {table} set {column} = ? where {where}", (other, *row[:-1]))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
