"""docs/formats.md alone tells a stranger each byte of a log and of its keys: log_by_page.py reads them, and finds what was changed.

    log_by_page_test.py TREE CAVEAT
"""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]


class Log(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.caveat("decide", "--rules", f"{ROOT}/rules", "--log", "l.db", f"{ROOT}/examples/wealth.jsonl")
        cls.caveat("log", "show", "l.db", "--index", "0", "--reason", "a look")
        cls.caveat("log", "search", "l.db", "--customer", "k-1003")
        cls.caveat("keys", "rotate", "l.keys")
        os.remove(f"{cls.place.name}/l.keys/gap")  # told by a record
        cls.caveat("report", "l.db", "--out", "r.zip")
        shutil.copy(f"{cls.place.name}/l.db", f"{cls.place.name}/old.db")
        cls.caveat("decide", "--rules", f"{ROOT}/rules", "--log", "l.db", f"{ROOT}/examples/loans.jsonl")
        for end in ("", "-wal", "-shm"):
            if os.path.exists(f"{cls.place.name}/l.db{end}"):
                os.remove(f"{cls.place.name}/l.db{end}")
        shutil.copy(f"{cls.place.name}/old.db", f"{cls.place.name}/l.db")
        cls.caveat("log", "restore", "l.db", "--reason", "an old copy was put back")
        cls.caveat("decide", "--rules", f"{ROOT}/rules", "--log", "l.db", f"{ROOT}/examples/service.jsonl")

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    @classmethod
    def caveat(cls, *arguments):
        done = subprocess.run([CAVEAT, *arguments], cwd=cls.place.name, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise AssertionError(f"{arguments}: {done.stderr}")

    def read(self, log="l.db"):
        reader = subprocess.run([sys.executable, f"{ROOT}/tests/interop/log_by_page.py", log, "l.keys"], cwd=self.place.name, capture_output=True, text=True, check=False)
        return reader.returncode, reader.stdout + reader.stderr

    def test_every_byte_is_explained(self):
        code, said = self.read()
        self.assertEqual(code, 0, said)
        for kind in (1, 10, 52, 70, 71, 90, 94):
            self.assertIn(f"kind {kind} ", said)

    def test_what_was_changed_is_named(self):
        for change, named in (("UPDATE state SET version = version + 1 WHERE kind = 3", "a row of state, kind 3"), ("DELETE FROM recent_tags WHERE idx = 7", "the tags that are stored"),
                              ("UPDATE checkpoints SET note = replace(note, '+', '/')", "checkpoint"), ("PRAGMA application_id = 7", "the application id")):
            shutil.copy(f"{self.place.name}/l.db", f"{self.place.name}/changed.db")
            with sqlite3.connect(f"{self.place.name}/changed.db") as log:
                log.execute(change)
            log.close()
            code, said = self.read("changed.db")
            self.assertEqual(code, 1, said)
            self.assertIn(named, said)

    def test_it_has_at_most_300_lines(self):
        with open(f"{ROOT}/tests/interop/log_by_page.py", encoding="utf-8") as file:
            self.assertLessEqual(len(file.readlines()), 300)


if __name__ == "__main__":
    unittest.main()
