"""What an auditor holds came from outside: a key that was handed over years ago, a checkpoint that was kept. `caveat log verify` and
`caveat verify` judge a log and its packages by those, also after the log's key was changed, and never call a log changed because what
was handed to them is not what it should be.

    outside_key_test.py TREE CAVEAT
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]


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
                again = subprocess.run([sys.executable, f"{ROOT}/tests/interop/verify_package.py", "evidence.zip", key], cwd=self.where,
                                       capture_output=True, text=True, check=False)
                self.assertEqual(again.returncode, expected, again.stdout + again.stderr)


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

    def test_what_is_none_is_refused_and_the_log_not_called_changed(self):
        self.decide("service", "other.db")
        self.does("report", "other.db", "--out", "other.zip")
        with zipfile.ZipFile(self.path("other.zip")) as archive:
            other = archive.read("checkpoint").decode()
        lines = self.true.split("\n")
        wrong = {"empty": ("", "it is empty"), "text": ("good morning\n", "expected a blank line"), "other": (other, "it is of the log"),
                 "edited": ("\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]]), "expected a good signature by"),
                 "cut": (self.true[:-20], "expected")}
        for name, (text, why) in wrong.items():
            with self.subTest(name=name):
                done = self.run_it("log", "verify", "log.db", "--checkpoint", self.write(name, text))
                self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
                self.assertRegex(done.stderr, f"caveat: {name} cannot be held against the log: {why}.*kept_checkpoint")
                self.assertNotRegex(self.run_it("log", "verify", "log.db", "--checkpoint", name, "--language", "zh").stderr, "it is|expected none")

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


if __name__ == "__main__":
    unittest.main()
