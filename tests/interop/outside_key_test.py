"""What an auditor holds came from outside: a key that was handed over years ago, a checkpoint that was kept. `caveat log verify` and
`caveat verify` judge a log and its packages by those, also after the log's key was changed, and never call a log changed because what
was handed to them is not what it should be.

    outside_key_test.py TREE CAVEAT
"""
import base64
import contextlib
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import zipfile

try:
    import cbor2  # noqa: F401  the verifier's  pylint: disable=unused-import
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
except ImportError:  # another Python stands before Debian's, whose packages they are
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]
SPEC = importlib.util.spec_from_file_location("verify_package", f"{ROOT}/tests/interop/verify_package.py")
VERIFIER = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(VERIFIER)


class Place(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.where = place.name
        self.decide("service")
        shutil.copy(self.path("log.keys/log.vkey"), self.path("old.vkey"))

    def path(self, name):
        return f"{self.where}/{name}"

    def run_it(self, *arguments):
        return subprocess.run([CAVEAT, *arguments], cwd=self.where, capture_output=True, text=True, timeout=120, check=False)

    def does(self, *arguments):
        done = self.run_it(*arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def decide(self, example, log="log.db"):
        self.does("decide", "--rules", f"{ROOT}/rules", "--log", log, f"{ROOT}/examples/{example}.jsonl")

    def verified(self, *arguments):
        """Exit code and the report of `log verify`."""
        done = self.run_it("log", "verify", "log.db", *arguments, "--json")
        self.assertNotEqual(done.stdout, "", done.stderr)
        return done.returncode, json.loads(done.stdout)

    def is_whole(self, *arguments):
        code, report = self.verified(*arguments)
        self.assertEqual((code, report["ok"]), (0, True), report)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return name

    def read(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return file.read()

    def rotate(self):
        self.does("keys", "rotate", "log.keys")
        self.decide("wealth")

    def hide_keys(self):
        shutil.copy(self.path("log.keys/log.vkey"), self.path("new.vkey"))
        os.rename(self.path("log.keys"), self.path("away"))


class ChangedKey(Place):
    def test_with_the_keys_at_hand_any_of_the_logs_keys_will_do(self):
        self.rotate()
        self.is_whole()
        self.is_whole("--key", "old.vkey")
        self.is_whole("--key", "log.keys/log.vkey")
        self.is_whole("--key", "old.vkey", "--key=log.keys/log.vkey")
        self.does("keys", "rotate", "log.keys")
        self.decide("service")
        self.is_whole("--key", "old.vkey")

    def is_refused(self, code, words):
        """Doctor says of the log what a command that would write it says."""
        said = json.loads(self.run_it("doctor", "--log", "log.db", "--json").stdout)
        writes = self.run_it("decide", "--rules", f"{ROOT}/rules", "--log", "log.db", "/dev/null")
        one = [one for one in said["checks"] if one["name"] == "log"][0]
        self.assertEqual((one["ok"], writes.returncode), (False, code))
        self.assertIn(words, one["say"])
        self.assertIn(words, writes.stderr)

    def test_doctor_says_of_keys_and_log_of_two_times_what_a_writer_says(self):
        shutil.copy(self.path("log.db"), self.path("before-log.db"))
        shutil.copytree(self.path("log.keys"), self.path("before-log.keys"))
        self.rotate()
        os.rename(self.path("log.keys"), self.path("now.keys"))
        shutil.copytree(self.path("before-log.keys"), self.path("log.keys"))
        self.is_refused(4, "which changed the key of the log")

        shutil.rmtree(self.path("log.keys"))
        os.rename(self.path("now.keys"), self.path("log.keys"))
        shutil.copy(self.path("before-log.db"), self.path("log.db"))
        shutil.copy(self.path("before-log.keys/high-water"), self.path("log.keys/high-water"))
        self.is_refused(5, "signed by a key that was retired before")

    def test_without_them_all_are_named_by_several_options_or_lines(self):
        self.rotate()
        self.hide_keys()
        both = self.write("both.vkey", self.read("new.vkey") + "\r\n" + self.read("old.vkey"))
        self.is_whole("--key", "new.vkey", "--key", "old.vkey")
        self.is_whole("--key", both)

    def test_without_them_one_of_several_keys_leaves_the_rest_unchecked_and_calls_nothing_changed(self):
        self.rotate()
        self.hide_keys()
        for key in "old.vkey", "new.vkey":
            with self.subTest(key=key):
                code, report = self.verified("--key", key)
                self.assertEqual((code, report["ok"], report["findings"]), (1, False, []))
                signatures = report["claims"][2]
                self.assertEqual(signatures["shown"], "not_checked")
                self.assertIn("--key", signatures["why"])
                self.assertEqual(report["claims"][1]["shown"], "yes" if key == "old.vkey" else "not_checked")
                # The newer key's last checkpoint covers all records; behind the older one's nobody vouches for anything.
                for claim in report["claims"][3:7]:
                    self.assertEqual(claim["shown"], "not_checked" if key == "old.vkey" else "yes", claim)

    def test_behind_the_change_a_signature_of_zeros_shows_nothing(self):
        self.rotate()
        self.hide_keys()
        name, key_id, _ = VERIFIER.read_key(self.read("old.vkey"))
        with contextlib.closing(sqlite3.connect(self.path("log.db"))) as db, db:
            forged = 0
            for size, note in db.execute("SELECT size, note FROM checkpoints").fetchall():
                text = note if isinstance(note, str) else note.decode()
                if base64.b64decode(text.split()[-1])[:4] == key_id:
                    continue
                forged += 1
                line = f"— {name} {base64.b64encode(b'FAKE' + bytes(64)).decode()}\n"
                db.execute("UPDATE checkpoints SET note = ? WHERE size = ?", (text[:text.index("\n\n") + 2] + line, size))
        self.assertGreater(forged, 0)
        code, report = self.verified("--key", "old.vkey")
        self.assertEqual((code, report["ok"]), (1, False))
        for claim in report["claims"][2:7]:
            self.assertEqual(claim["shown"], "not_checked", claim)
        self.assertIn("from the bank and not from whoever brought the log", report["claims"][2]["why"])
        self.assertIn("no key that was named signed anything", report["claims"][3]["why"])

    def test_with_the_keys_of_before_it_is_not_said_that_nothing_was_changed(self):
        shutil.copytree(self.path("log.keys"), self.path("before.keys"))
        self.rotate()
        code, report = self.verified("--keys", "before.keys", "--copy")
        self.assertEqual((code, report["findings"]), (1, []))
        self.assertGreater(report["bodies_lost"], 0)
        self.assertEqual(report["claims"][2]["shown"], "not_checked")
        for language, line in (("en", "The log could not be checked in full."), ("zh", "日志未能全部核验。")):
            done = self.run_it("log", "verify", "log.db", "--keys", "before.keys", "--copy", "--language", language)
            self.assertEqual(done.stdout.splitlines()[0], line)

    def test_a_key_that_signed_nothing_in_the_log_refutes_it(self):
        self.rotate()
        self.does("keys", "new", "--origin", self.read("old.vkey").split("+")[0], "other.keys")
        code, report = self.verified("--key", "other.keys/log.vkey")
        self.assertEqual((code, report["claims"][2]["shown"]), (1, "no"))
        self.assertNotIn("high-water", {finding["table"] for finding in report["findings"]})

    def test_after_a_new_epoch_too(self):
        shutil.copy(self.path("log.db"), self.path("old.db"))
        self.decide("wealth")
        os.replace(self.path("old.db"), self.path("log.db"))
        for name in "log.db-wal", "log.db-shm":
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        self.does("log", "restore", "log.db", "--reason", "disk lost")
        self.decide("wealth")
        self.is_whole()
        self.is_whole("--key", "old.vkey")
        self.is_whole("--key", "log.keys/log.vkey")
        # Whoever can write the file can begin an epoch: no key of before signed that it began.
        self.hide_keys()
        self.is_whole("--key", "old.vkey", "--key", "new.vkey")
        code, report = self.verified("--key", "old.vkey")
        self.assertEqual((code, report["claims"][2]["shown"]), (1, "no"))
        self.assertIn("says that a new epoch began there, but no key that was named signed that", report["claims"][2]["why"])
        code, report = self.verified("--key", "new.vkey")
        self.assertEqual((code, report["findings"], report["claims"][2]["shown"]), (1, [], "not_checked"))

    def test_a_package_that_reaches_over_the_change_is_verified_by_either_key(self):
        self.rotate()
        self.rotate()
        self.does("report", "log.db", "--out", "evidence.zip")
        self.does("keys", "new", "--origin", self.read("old.vkey").split("+")[0], "other.keys")
        both = self.write("both.vkey", self.read("log.keys/log.vkey") + self.read("old.vkey"))
        for key, expected in (("old.vkey", 0), ("log.keys/log.vkey", 0), (both, 0), ("other.keys/log.vkey", 1)):
            with self.subTest(key=key):
                done = self.run_it("verify", "evidence.zip", "--key", key)
                self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
                self.assertEqual("tie it to the key that you named" in done.stdout, key == "old.vkey", done.stdout)
                again = subprocess.run([sys.executable, "-B", f"{ROOT}/tests/interop/verify_package.py", "evidence.zip", key], cwd=self.where,
                                       capture_output=True, text=True, check=False)
                self.assertEqual(again.returncode, expected, again.stdout + again.stderr)


    def test_a_report_that_is_made_again_of_between_two_changes_is_verified_by_the_key_of_now(self):
        self.rotate()
        shutil.copy(self.path("log.keys/log.vkey"), self.path("middle.vkey"))
        self.does("report", "log.db", "--out", "first.zip")
        with zipfile.ZipFile(self.path("first.zip")) as archive, open(self.path("checkpoint"), "wb") as file:
            file.write(archive.read("checkpoint"))
        for change in ("rotation", "epoch"):
            if change == "rotation":
                self.rotate()
            else:
                shutil.copy(self.path("log.db"), self.path("old-copy"))
                self.does("log", "search", "log.db", "--verdict", "allow")  # a record more, which is lost
                shutil.move(self.path("old-copy"), self.path("log.db"))
                self.does("log", "restore", "log.db", "--reason", "disk lost")
            self.does("report", "log.db", "--out", "again.zip", "--checkpoint", "checkpoint")
            with zipfile.ZipFile(self.path("first.zip")) as one, zipfile.ZipFile(self.path("again.zip")) as other:
                self.assertEqual(one.read("headers/000000"), other.read("headers/000000"))
                self.assertEqual(*[archive.read("checkpoint").split(b"\n")[1:3] for archive in (one, other)])
            # A key of before needs a note that leads to the one that signed, and those came later.
            for key, expected in (("log.keys/log.vkey", 0), ("old.vkey", 1), ("middle.vkey", 1), (None, 5)):
                with self.subTest(change=change, key=key):
                    done = self.run_it("verify", "again.zip", *(["--key", key] if key else []))
                    self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
                    again = subprocess.run([sys.executable, VERIFIER.__file__, "again.zip", *([key] if key else [])], cwd=self.where,
                                           capture_output=True, text=True, check=False)
                    self.assertEqual(again.returncode, expected, again.stdout + again.stderr)
                    if expected != 1:
                        self.assertIn(" 5 – ", done.stdout)
                        self.assertIn("no record in this package ties", done.stdout)
                        self.assertIn("? 5: the last change", again.stdout)
            self.assertNotIn("the last", self.run_it("verify", "again.zip", "--language", "zh").stdout)


    def test_of_several_that_write_a_new_log_at_once_one_makes_it_and_says_so(self):
        command = [CAVEAT, "decide", "--rules", f"{ROOT}/rules", "--log", "new.db", f"{ROOT}/examples/service.jsonl"]
        first = [subprocess.Popen(command, cwd=self.where, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        said = [one.communicate(timeout=120)[1] for one in first]
        self.assertEqual([one.returncode for one in first], [0] * 4, said)
        self.assertEqual(sum("made a new key set" in one for one in said), 1, said)
        self.assertTrue(self.does("log", "verify", "new.db").startswith("The log is whole."))

    def test_a_key_file_whose_name_is_damaged_puts_none_of_its_bytes_on_the_terminal(self):
        with open(self.path("log.keys/wrap.key"), "rb") as file:
            whole = file.read()
        for byte in (b"\xee", b"\x9b", b"\x1b"):
            with open(self.path("log.keys/wrap.key"), "wb") as file:
                file.write(whole.replace(b"origin caveat", b"origin cav" + byte + b"at"))
            done = subprocess.run([CAVEAT, "log", "show", "log.db"], cwd=self.where, capture_output=True, timeout=120, check=False)
            self.assertEqual(done.returncode, 4)
            self.assertNotIn(byte, done.stderr)


    def test_an_option_with_an_empty_value_selects_nothing_and_is_refused(self):
        for command in (["report", "log.db", "--out", "e.csv"], ["log", "search", "log.db"]):
            for option in ("--customer", "--rule", "--from", "--to", "--verdict"):
                for given in ([option, ""], [option + "="]):
                    done = self.run_it(*command, *given)
                    self.assertEqual((done.returncode, done.stdout), (2, ""), given)
                    self.assertIn(f"{option} needs a value", done.stderr)
        self.assertFalse(os.path.exists(self.path("e.csv")))

    def test_what_a_customer_wrote_neither_drives_the_terminal_nor_reads_as_a_line_of_the_record(self):
        text = "\u001b[2J\u009b31m\u202eX\n\nverdict: allow\n  rule: forged"
        with open(f"{ROOT}/examples/wealth.jsonl", encoding="utf-8") as turns:
            turn = dict(json.loads(turns.readline()), id="odd", message={"text": text}, conversation={"id": "odd"})
        self.write("turn.json", json.dumps(turn))
        self.does("decide", "--rules", f"{ROOT}/rules", "--log", "log.db", "turn.json")
        size = json.loads(self.run_it("log", "verify", "log.db", "--json").stdout)["size"]
        shown = self.does("log", "show", "log.db", "--index", str(size - 1), "--reason", "a\x1b[2Jb")
        explained = self.does("explain", "--rules", f"{ROOT}/rules", "turn.json")
        for said in (shown, explained):
            self.assertFalse(set("\x1b\x9b\u202e") & set(said), said)
        self.assertIn("\\u{1b}[2J\\u{9b}31m\\u{202e}X\n\n    verdict: allow\n      rule: forged", shown)
        self.assertIn("a\\u{1b}[2Jb", self.does("log", "show", "log.db", "--index", str(size)))


class LeakedKey(Place):
    """Whoever has the private half of a key that was changed can sign with it for ever. It is worth nothing under the newer one."""

    def setUp(self):
        super().setUp()
        self.does("report", "log.db", "--out", "before.zip")
        shutil.copytree(self.path("log.keys"), self.path("stolen"))
        self.rotate()
        shutil.copy(self.path("log.keys/log.vkey"), self.path("new.vkey"))

    def stolen_note(self, text):
        lines = self.read("stolen/signing.key").split("\n")
        stolen = Ed25519PrivateKey.from_private_bytes(base64.b64decode(next(line[4:] for line in lines if line.startswith("key "))))
        name, key_id, _ = VERIFIER.read_key(self.read("old.vkey"))
        return f"{text}\n— {name} {base64.b64encode(key_id + stolen.sign(text.encode())).decode()}\n"

    def test_a_package_by_it_that_brings_the_note_of_the_change_is_refused_whichever_key_is_named(self):
        self.does("report", "log.db", "--out", "evidence.zip", "--seed", "0" * 64)
        with zipfile.ZipFile(self.path("evidence.zip")) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
        true = members["checkpoint"].decode()
        forged = self.stolen_note(true[:true.index("\n\n") + 1])
        members["checkpoint"], members["log.vkey"] = forged.encode(), self.read("old.vkey").encode()
        members["report.html"] = members["report.html"].decode().replace(true, forged).encode()
        manifest = members["manifest.json"].decode()
        for name in "checkpoint", "log.vkey", "report.html":
            listed = next(one for one in json.loads(manifest)["members"] if one["name"] == name)
            manifest = manifest.replace(listed["sha256"], hashlib.sha256(members[name]).hexdigest())
            self.assertEqual(listed["size"], len(members[name]))  # keys and signatures of one length
        members["manifest.json"] = manifest.encode()
        digest = base64.b64encode(hashlib.sha256(manifest.encode()).digest()).decode()
        members["manifest.json.sig"] = self.stolen_note(f"caveat.manifest/v1\n{digest}\n").encode()
        with open(self.path("forged.zip"), "wb") as file:
            file.write(VERIFIER.canonical_zip(members))
        for key, package, expected in (("old.vkey", "forged.zip", 1), ("new.vkey", "forged.zip", 1), ("new.vkey", "evidence.zip", 0)):
            with self.subTest(key=key, package=package):
                done = self.run_it("verify", package, "--key", key)
                self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
                again = subprocess.run([sys.executable, VERIFIER.__file__, package, key], cwd=self.where, capture_output=True, text=True,
                                       check=False)
                self.assertEqual(again.returncode, expected, again.stdout + again.stderr)

    def test_a_checkpoint_by_it_of_behind_the_change_says_nothing_of_the_log(self):
        origin, size = self.read("log.keys/log.vkey").split("+")[0], json.loads(self.run_it("log", "verify", "log.db", "--json").stdout)["size"]
        with zipfile.ZipFile(self.path("before.zip")) as archive:
            before = archive.read("checkpoint").decode()
        self.write("true", before)
        for key in ([], ["--key", "old.vkey"], ["--key", "new.vkey"]):
            self.assertEqual(self.verified("--checkpoint", "true", *key)[1]["anchor"], "anchored")
        for behind in (size - 1, size, size + 100):
            self.write("forged", self.stolen_note(f"{origin}\n{behind}\n{base64.b64encode(bytes(32)).decode()}\n"))
            for key in ([], ["--key", "old.vkey"], ["--key", "new.vkey"]):
                with self.subTest(behind=behind, key=key):
                    done = self.run_it("log", "verify", "log.db", "--checkpoint", "forged", *key)
                    self.assertEqual((done.returncode, done.stdout), (3, ""), done.stdout)
                    self.assertRegex(done.stderr, "its key was retired at record [0-9]+ .*made it, or this log is another one")
        self.assertNotIn("retired", self.run_it("log", "verify", "log.db", "--checkpoint", "forged", "--language", "zh").stderr)

    def test_a_package_from_before_the_change_takes_the_key_of_that_time(self):
        for name, code in (("old.vkey", 0), ("new.vkey", 1)):
            self.assertEqual(self.run_it("verify", "before.zip", "--key", name).returncode, code)


class PutBack(Place):
    """The log of before a change of its key: a copy of that day, or what the key of before went on with."""

    def copied(self, to, log="log.db"):
        with contextlib.closing(sqlite3.connect(self.path(log))) as db, contextlib.closing(sqlite3.connect(self.path(to))) as copy:
            db.backup(copy)

    def put_back(self, log):
        for name in "log.db", "log.db-wal", "log.db-shm":
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        self.copied("log.db", log)

    def setUp(self):
        super().setUp()
        shutil.copytree(self.path("log.keys"), self.path("stolen"))
        self.copied("before.db")
        self.rotate()
        shutil.copy(self.path("log.keys/log.vkey"), self.path("new.vkey"))
        self.copied("now.db")

    def is_refuted(self, *arguments):
        code, report = self.verified(*arguments)
        self.assertEqual((code, report["claims"][2]["shown"], report["anchor"]), (1, "no", "invalid"), report)
        self.assertIn("whose place", report["claims"][2]["why"])

    def is_not_shown(self, *arguments):
        code, report = self.verified(*arguments)
        self.assertEqual((code, report["ok"], report["findings"], report["claims"][2]["shown"]), (1, False, [], "not_checked"), report)
        return report["claims"][2]["why"]

    def test_with_its_mark_and_the_keys_of_now_it_is_refuted_by_whichever_key(self):
        self.put_back("before.db")
        shutil.copy(self.path("stolen/high-water"), self.path("log.keys/high-water"))
        self.is_refuted()
        for key in "old.vkey", "new.vkey":
            self.is_refuted("--key", key)
        self.is_refuted("--key", "old.vkey", "--key", "new.vkey")

    def test_gone_on_with_by_the_key_that_leaked_it_is_refuted_too(self):
        self.put_back("before.db")
        os.rename(self.path("log.keys"), self.path("true"))
        shutil.copytree(self.path("stolen"), self.path("log.keys"))
        self.decide("wealth")
        for name in "data.db", "data.db-wal", "data.db-shm":
            if os.path.exists(self.path("log.keys/" + name)):
                os.remove(self.path("log.keys/" + name))
            if os.path.exists(self.path("true/" + name)):
                shutil.copy(self.path("true/" + name), self.path("log.keys/" + name))
        for name in "signing.key", "log.vkey":
            shutil.copy(self.path("true/" + name), self.path("log.keys/" + name))
        self.is_refuted("--key", "new.vkey")

    def test_on_a_bare_copy_a_key_that_was_named_and_signed_nothing_leaves_the_signatures_unshown(self):
        self.put_back("before.db")
        self.hide_keys()
        self.is_whole("--key", "old.vkey")
        self.assertIn("signed no checkpoint", self.is_not_shown("--key", "old.vkey", "--key", "new.vkey"))
        self.assertIn("signed no checkpoint", self.is_not_shown("--key", "new.vkey", "--key", "old.vkey"))

    def test_what_ends_with_the_record_of_the_change_is_whole_by_the_key_before_and_not_shown_by_the_one_after(self):
        self.does("keys", "rotate", "log.keys")  # from the second key to a third
        shutil.copy(self.path("log.keys/log.vkey"), self.path("third.vkey"))
        self.is_whole()
        self.is_whole("--key", "old.vkey")
        self.is_whole("--key", "new.vkey")
        self.is_whole("--key", "new.vkey", "--key", "third.vkey")
        self.assertIn("has signed nothing", self.is_not_shown("--key", "third.vkey"))
        claims = self.verified("--key", "third.vkey")[1]["claims"]
        self.assertNotIn("yes", [claim["shown"] for claim in claims[2:11]], "by the key before anybody could have made it")
        self.decide("loans")
        self.is_whole("--key", "third.vkey")

    def test_a_copy_of_the_keys_of_before_the_change_serves_where_the_later_key_is_named_too(self):
        for keys in ("old.vkey", "new.vkey"), ("new.vkey", "old.vkey"):
            _, report = self.verified("--keys", "stolen", "--key", keys[0], "--key", keys[1])
            self.assertEqual((report["findings"], report["claims"][2]["shown"]), ([], "yes"), report)
            self.assertGreater(report["bodies_lost"], 0)  # whose data keys are of after the copy
        self.is_not_shown("--keys", "stolen", "--key", "old.vkey")

    def test_a_mark_that_is_named_is_compared_without_a_key_set_and_what_is_none_is_refused(self):
        self.hide_keys()
        keys = ("--key", "old.vkey", "--key", "new.vkey")
        self.is_whole(*keys, "--high-water", "away/high-water")
        self.assertEqual(self.verified(*keys, "--high-water", "away/high-water")[1]["claims"][12]["shown"], "yes")
        self.write("garbage", "no mark\n")
        for mark, code, why in ("garbage", 3, "other_mark"), ("nowhere", 4, "file_missing"):
            for copy in (), ("--copy", ):
                with self.subTest(mark=mark, copy=copy):
                    done = self.run_it("log", "verify", "log.db", *keys, "--high-water", mark, *copy)
                    self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
                    self.assertIn(f"[{why}]", done.stderr)
        self.decided_behind(keys)

    def decided_behind(self, keys):
        os.rename(self.path("away"), self.path("log.keys"))
        self.decide("loans")
        self.hide_keys()
        self.put_back("now.db")
        code, report = self.verified(*keys, "--high-water", "away/high-water")
        self.assertEqual((code, report["claims"][12]["shown"]), (1, "no"), report)
        code, report = self.verified(*keys, "--high-water", "away/high-water", "--copy")
        self.assertEqual((code, report["claims"][12]["shown"]), (0, "not_checked"), report)
        self.assertGreater(report["missing"], 0)

    def test_where_no_mark_is_at_hand_it_is_not_called_whole(self):
        os.remove(self.path("log.keys/high-water"))
        for language, word in (("en", "as far as it goes"), ("zh", "就其所含部分完整")):
            said = self.does("log", "verify", "log.db", "--copy", "--language", language).splitlines()[0]
            self.assertIn(word, said)
        self.assertIs(self.verified("--copy")[1]["end_known"], False)


class KeptCheckpoint(Place):
    def setUp(self):
        super().setUp()
        self.does("report", "log.db", "--out", "evidence.zip")
        with zipfile.ZipFile(self.path("evidence.zip")) as archive:
            self.true = archive.read("checkpoint").decode()
        self.decide("wealth")

    def test_a_true_one_anchors_the_log_also_with_the_line_ends_of_another_system_and_inside_a_receipt(self):
        for name, text in (("true", self.true), ("crlf", self.true.replace("\n", "\r\n")), ("receipt", self.read("evidence.zip.receipt"))):
            with self.subTest(name=name):
                code, report = self.verified("--checkpoint", self.write(name, text))
                self.assertEqual((code, report["anchor"]), (0, "anchored"), report)

    def test_two_of_them_are_of_one_history_by_a_copy_of_the_log_or_by_a_package_that_begins_with_its_first_record(self):
        self.does("report", "log.db", "--out", "later.zip")
        with zipfile.ZipFile(self.path("later.zip")) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        self.write("older", self.true)
        self.write("newer", members["checkpoint"].decode())
        self.decide("service")
        os.mkdir(self.path("taken"))
        for name in ("log.db", "log.keys/log.vkey"):
            shutil.copy(self.path(name), self.path("taken"))

        def anchored(log, checkpoint):
            done = self.run_it("log", "verify", log, "--copy", "--key", "taken/log.vkey", "--checkpoint", checkpoint, "--json")
            return done.returncode, json.loads(done.stdout)["anchor"]
        for checkpoint in ("older", "newer"):
            self.assertEqual(anchored("taken/log.db", checkpoint), (0, "anchored"))
        headers, first = [], json.loads(members["manifest.json"])["range"]["first"]
        for _, member in sorted((name, data) for name, data in members.items() if name.startswith("headers/")):
            while member:
                size = int.from_bytes(member[:2], "big")
                headers.append(VERIFIER.sha(b"\0", member[2:2 + size]))
                member = member[2 + size:]
        _, size, root = self.true.split("\n")[:3]
        self.assertEqual((first, VERIFIER.rebuild(0, int(size), 0, headers[:int(size)], [])), (0, VERIFIER.strict64(root)))
        shutil.rmtree(self.path("log.keys"))  # the same turns, in a history that somebody began anew under the same name
        os.remove(self.path("log.db"))
        self.does("keys", "new", "log.keys", "--origin", self.true.split("\n")[0])
        self.decide("service")
        self.decide("wealth")
        done = self.run_it("log", "verify", "log.db", "--copy", "--key", "taken/log.vkey", "--checkpoint", "older")
        self.assertNotEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_none_is_refused_and_the_log_not_called_changed(self):
        self.decide("service", "other.db")
        self.does("report", "other.db", "--out", "other.zip")
        with zipfile.ZipFile(self.path("other.zip")) as archive:
            other = archive.read("checkpoint").decode()
        lines = self.true.split("\n")
        wrong = {"empty": ("", "it is empty"), "text": ("good morning\n", "it is no checkpoint"), "other": (other, "it is of the log"),
                 "edited": ("\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]]), "it was changed after it was signed"),
                 "cut": (self.true[:-20], "it is no checkpoint")}
        for name, (text, why) in wrong.items():
            with self.subTest(name=name):
                done = self.run_it("log", "verify", "log.db", "--checkpoint", self.write(name, text))
                self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
                self.assertRegex(done.stderr, f"caveat: {name} cannot be held against the log: {why}.*kept_checkpoint")
                self.assertNotRegex(self.run_it("log", "verify", "log.db", "--checkpoint", name, "--language", "zh").stderr, "it is|it was")

    def test_by_a_key_of_the_log_that_is_not_known_it_is_refused_too(self):
        self.rotate()
        self.does("report", "log.db", "--out", "evidence.zip")
        with zipfile.ZipFile(self.path("evidence.zip")) as archive:
            self.write("newer", archive.read("checkpoint").decode())
        self.assertEqual(self.verified("--key", "old.vkey", "--checkpoint", "newer")[1]["anchor"], "anchored")
        self.hide_keys()
        done = self.run_it("log", "verify", "log.db", "--key", "old.vkey", "--checkpoint", "newer")
        self.assertEqual(done.returncode, 3)
        self.assertIn("none of the log's keys that are known signed it", done.stderr)

    def test_one_of_another_tree_of_the_same_log_has_diverged(self):
        shutil.copy(self.path("log.db"), self.path("long.db"))
        self.does("report", "log.db", "--out", "evidence.zip")
        os.replace(self.path("long.db"), self.path("log.db"))
        code, report = self.verified("--checkpoint", "evidence.zip.receipt")  # of the record of the export, which the copy has not
        self.assertEqual((code, report["ok"], report["anchor"]), (1, False, "diverged"))
        self.assertIn("kept checkpoint", {finding["table"] for finding in report["findings"]})

    def test_the_key_of_another_log_is_refused_and_neither_log_nor_mark_is_blamed(self):
        self.decide("service", "other.db")
        for arguments in (("--key", "other.keys/log.vkey"), ("--key", "log.keys/log.vkey", "--key", "other.keys/log.vkey")):
            done = self.run_it("log", "verify", "log.db", *arguments)
            self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
            self.assertIn("[key_other_log]", done.stderr)


@unittest.skipUnless(os.geteuid() == 0, "it takes two users")
class AnotherUser(Place):
    """Somebody who may read the log and not the folder of its keys, which is as Caveat makes it."""
    NOBODY = 65534

    def setUp(self):
        super().setUp()
        os.chmod(self.where, 0o755)
        os.mkdir(self.path("his"))
        os.chown(self.path("his"), self.NOBODY, self.NOBODY)
        self.does("report", "log.db", "--out", "evidence.zip")

    def as_nobody(self, *arguments):
        if shutil.which("setpriv") is None:
            self.skipTest("no setpriv")
        return subprocess.run(["setpriv", f"--reuid={self.NOBODY}", f"--regid={self.NOBODY}", "--clear-groups", CAVEAT, *arguments],
                              cwd=self.where, capture_output=True, text=True, timeout=120, check=False)

    def test_the_public_key_is_enough_to_verify(self):
        done = self.as_nobody("log", "verify", "log.db", "--key", "old.vkey")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertIn("no keys were given", done.stdout)

    def test_a_copy_is_shown_and_reported_as_far_as_it_goes_without_keys(self):
        for arguments in (("log", "show", "log.db", "--copy"), ("report", "log.db", "--copy", "--out", "his/page.html")):
            done = self.as_nobody(*arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"\(0 decisions and [1-9][0-9]* that no key opens of [0-9]+ records\)")

    def test_where_keys_are_needed_it_is_said_that_they_cannot_be_read(self):
        os.mkdir(self.path("folder"), 0o755)
        for arguments in (("log", "verify", "log.db"), ("log", "verify", "log.db", "--keys", "log.keys", "--key", "old.vkey"),
                          ("report", "log.db", "--copy", "--out", "his/page.zip"), ("keys", "list", "log.keys"),
                          ("keys", "rotate", "log.keys"), ("decide", "--rules", f"{ROOT}/rules", "--log", "log.db", "/dev/null")):
            with self.subTest(arguments=arguments):
                done = self.as_nobody(*arguments)
                self.assertEqual(done.returncode, 4, done.stderr)
                # Who would write is told first that he may not: no key is read without the writer's lock.
                writes = arguments[0] == "decide" or arguments[:2] == ("keys", "rotate")
                self.assertIn("[log_read_only]" if writes else "[keys_unreadable]", done.stderr)
                self.assertNotIn("inside Caveat", done.stderr)

    def test_doctor_says_whose_the_keys_are_and_what_to_do(self):
        owner, his = pwd.getpwuid(os.geteuid()).pw_name, pwd.getpwuid(self.NOBODY).pw_name
        done = self.as_nobody("doctor", "--log", "log.db", "--json")
        keys = [check for check in json.loads(done.stdout)["checks"] if check["name"] == "keys" and not check["ok"]]
        self.assertEqual(len(keys), 1, keys)  # and no advice to make other keys
        self.assertIn("cannot be read by this user", keys[0]["say"])
        self.assertIn(f"`sudo -u {owner} caveat doctor`", keys[0]["cure"])
        self.assertIn(f"`sudo chown -R {his} log.keys`", keys[0]["cure"])

    def test_an_unpacked_package_with_a_folder_that_cannot_be_read_is_refused_in_words(self):
        with zipfile.ZipFile(self.path("evidence.zip")) as archive:
            archive.extractall(self.path("evidence"))
        os.mkdir(self.path("evidence/hidden"), 0o700)
        done = self.as_nobody("verify", "evidence", "--key", "old.vkey")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("evidence/hidden", done.stderr)
        self.assertIn("[file_unreadable]", done.stderr)


class UnpackedPackage(Place):
    def setUp(self):
        super().setUp()
        self.does("report", "log.db", "--out", "evidence.zip")
        with zipfile.ZipFile(self.path("evidence.zip")) as archive:
            archive.extractall(self.path("evidence"))

    def test_what_is_no_file_is_a_member_that_no_manifest_lists(self):
        self.does("verify", "evidence", "--key", "old.vkey")
        for make, drop in ((os.mkfifo, os.remove), (lambda path: os.symlink("nowhere", path), os.remove), (os.mkdir, os.rmdir)):
            make(self.path("evidence/more"))
            done = self.run_it("verify", "evidence", "--key", "old.vkey")
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("member more is not in the manifest", done.stdout)
            drop(self.path("evidence/more"))

    def test_more_bytes_than_a_package_may_have_are_told_by_the_member(self):
        with open(self.path("evidence/big"), "wb") as file:
            file.truncate(3 << 30)
        done = self.run_it("verify", "evidence", "--key", "old.vkey")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("big", done.stderr)
        self.assertIn("[bad_package]", done.stderr)

    def test_a_receipt_that_is_a_pipe_is_not_waited_for(self):
        os.remove(self.path("evidence.zip.receipt"))
        os.mkfifo(self.path("evidence.zip.receipt"))
        done = self.run_it("verify", "evidence.zip", "--key", "old.vkey")
        self.assertEqual(done.returncode, 4)
        self.assertIn("evidence.zip.receipt", done.stderr)


class DamagedFile(Place):
    """Cut, zeroed, a table or a row gone: the answer is no, with the place, and not that something could not be written."""

    def is_told(self, what):
        done = self.run_it("log", "verify", "half.db", "--keys", "log.keys", "--json")
        self.assertEqual(done.returncode, 1, f"{what}: {done.stderr}")
        report = json.loads(done.stdout)
        self.assertFalse(report["ok"])
        self.assertTrue(report["findings"], what)
        self.assertNotRegex(done.stdout + done.stderr, "could not be written|opened again|Put back")
        return report

    def setUp(self):
        super().setUp()
        with open(self.path("log.db"), "rb") as file:
            self.whole = file.read()

    def spill(self, data):
        with open(self.path("half.db"), "wb") as file:
            file.write(data)

    def test_a_file_that_was_cut(self):
        for part in range(1, 16):
            self.spill(self.whole[:len(self.whole) * part // 16])
            self.assertTrue(self.is_told(f"{part}/16")["damaged"])

    def test_a_page_that_was_zeroed_or_overwritten(self):
        with contextlib.closing(sqlite3.connect(self.path("log.db"))) as db:
            free = db.execute("PRAGMA freelist_count").fetchone()[0]
        for filling in b"\0", b"Q":
            unread = 0  # pages that hold nothing
            pages = len(self.whole) // 4096
            for page in range(1, pages, max(1, pages // 24)):
                self.spill(self.whole[:page * 4096] + filling * 4096 + self.whole[(page + 1) * 4096:])
                if self.run_it("log", "verify", "half.db", "--keys", "log.keys").returncode == 0:
                    unread += 1
                else:
                    self.is_told(f"page {page}")
            self.assertLessEqual(unread, free)

    def test_a_table_or_the_row_about_that_is_gone(self):
        for statement in ("DELETE FROM about", "DROP TABLE tags", "DROP TABLE headers", "DROP TABLE checkpoints", "DROP TABLE state"):
            self.spill(self.whole)
            with contextlib.closing(sqlite3.connect(self.path("half.db"))) as db, db:
                db.execute(statement)
            self.is_told(statement)

    def test_old_checkpoints_that_cannot_be_read_are_told_also_where_a_key_is_named(self):
        for _ in range(40):  # each look is a record and a checkpoint of its own
            self.does("log", "show", "log.db")
        with contextlib.closing(sqlite3.connect(self.path("log.db"))) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'checkpoints'").fetchone()[0]
        with open(self.path("log.db"), "rb") as file:
            whole = file.read()
        page = whole[(root - 1) * 4096:root * 4096]
        self.assertIn(page[0], (2, 5))  # more than one page: the newest are in another than the oldest
        cell = int.from_bytes(page[12:14], "big")
        leaf = int.from_bytes(page[cell:cell + 4], "big")
        self.spill(whole[:(leaf - 1) * 4096] + b"Q" * 4096 + whole[leaf * 4096:])
        for arguments in ("--keys", "log.keys"), ("--key", "old.vkey"), ("--keys", "log.keys", "--key", "old.vkey"):
            done = self.run_it("log", "verify", "half.db", *arguments, "--json")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertTrue(json.loads(done.stdout)["damaged"])

    def test_keys_that_cannot_be_read_are_told_as_such_and_the_log_is_judged_without_them(self):
        with contextlib.closing(sqlite3.connect(self.path("log.keys/data.db"))) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'data_keys'").fetchone()[0]
        with open(self.path("log.keys/data.db"), "r+b") as file:
            file.seek((root - 1) * 4096)
            file.write(b"Q" * 4096)
        for arguments in (), ("--key", "old.vkey"):
            done = self.run_it("log", "verify", "log.db", *arguments)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("in the log itself nothing was found", done.stdout)
            code, report = self.verified(*arguments)
            self.assertEqual((code, report["damaged"], {finding["table"] for finding in report["findings"]}), (1, False, {"keys"}))
            shown = [claim["shown"] for claim in report["claims"]]
            self.assertEqual(shown[:7] + shown[11:13], ["yes"] * 7 + ["no", "yes"])

    def test_other_commands_say_that_it_is_damaged_and_what_to_do(self):
        self.spill(self.whole[:4096 * 3] + b"Q" * 4096 * 40 + self.whole[4096 * 43:])
        for arguments in (("log", "show", "half.db", "--copy"), ("report", "half.db", "--out", "page.html", "--copy")):
            done = self.run_it(*arguments, "--keys", "log.keys")
            self.assertIn(done.returncode, (1, 4))
            self.assertNotRegex(done.stderr, "could not be written|opened again|inside Caveat")


if __name__ == "__main__":
    unittest.main()
