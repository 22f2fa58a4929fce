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


if __name__ == "__main__":
    unittest.main()
