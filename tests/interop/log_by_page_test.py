"""docs/formats.md alone tells a stranger each byte of a log and of its keys: log_by_page.py reads them, and finds what was changed.

    log_by_page_test.py TREE CAVEAT
"""
import hashlib
import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]


class Served:
    """`caveat serve` over the starter pack, with keys under a passphrase, and a walk through what it records."""

    def __init__(self, place):
        self.folder = f"{place}/served"
        os.mkdir(self.folder)
        with open(f"{self.folder}/phrase", "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write("correct horse battery\r\n")
        self.environment = {**os.environ, "CAVEAT_PASSPHRASE_FILE": f"{self.folder}/phrase"}
        self.run("new", "rules")
        with open(f"{self.folder}/caveat.toml", "w", encoding="utf-8") as file:
            file.write('[log]\npath = "log.db"\n[packs]\nfolders = ["rules"]\n[http]\nlisten = "127.0.0.1:0"\n[gate]\ndeadline = "60 s"\n')
        self.keys = {}
        for name, role, *more in (("bot", "bot", "--source", "*"), ("li.wei", "agent", "--queue", "service_desk"), ("operator", "activator"), ("auditor", "auditor")):
            self.keys[name] = self.run("keys", "caller", name, "--role", role, "--log", "log.db", *more).strip()
        with open(f"{self.folder}/stderr.txt", "wb") as errors:
            self.process = subprocess.Popen([CAVEAT, "serve", "--config", "caveat.toml"], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        line = self.process.stdout.readline().strip()
        if not line:
            with open(f"{self.folder}/stderr.txt", encoding="utf-8") as errors:
                raise AssertionError(errors.read())
        self.port = int(line.rsplit(":", 1)[1])

    def run(self, *arguments):
        return subprocess.run([CAVEAT, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True).stdout

    def ask(self, who, method, path, body=None, good=200):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, None if body is None else json.dumps(body), {"Authorization": "Bearer " + self.keys[who], "If-Match": "*"})
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        if reply.status != good:
            raise AssertionError(f"{method} {path}: {reply.status} {text}")
        return json.loads(text)

    def turn(self, number, **more):
        return self.ask("bot", "POST", "/v1/decisions", {"id": f"t-{number}", "conversation": {"id": f"c-{number}"}, "customer": {"id": f"k-{number}"}, "answer": {"text": "There is risk."}, **more})

    def hand_off(self, number):
        return self.turn(number, customer={"id": f"k-{number}", "age": 17}, recommendation={"products": [{"id": "p1", "name": "稳健成长"}]})["handoff"]["id"]

    def walk(self):
        said = self.turn(1)
        for text in (said["say"]["text"], "something else"):
            self.ask("bot", "POST", "/v1/deliveries", [{"decision": said["decision"], "text_digest": "sha256:" + hashlib.sha256(text.encode()).hexdigest()}])
        self.ask("bot", "POST", "/v1/feedback", {"decision": said["decision"], "kind": "false alarm", "note": "none"}, 201)
        first, second = self.hand_off(2), self.hand_off(3)
        for one in (first, second):
            self.ask("li.wei", "GET", f"/v1/handoffs/{one}")
            self.ask("li.wei", "POST", f"/v1/handoffs/{one}/take", {})
        self.ask("li.wei", "POST", f"/v1/handoffs/{first}/note", {"note": "called"})
        self.ask("li.wei", "POST", f"/v1/handoffs/{first}/close", {"outcome": "resolved", "note": "done", "customer_agreed": True})
        self.ask("li.wei", "POST", f"/v1/handoffs/{second}/pass", {"queue": "service_desk", "note": "on"})
        self.ask("li.wei", "POST", f"/v1/handoffs/{second}/take", {})
        self.ask("li.wei", "POST", f"/v1/handoffs/{second}/return", {"customer_agreed": True, "note": "gladly"})
        self.hand_off(4)  # one that stays open
        for on in (True, False):
            self.ask("operator", "PUT", "/v1/switch", {"on": on, "reason": "a drill"})
            self.turn(5 if on else 6)
        self.ask("auditor", "GET", f"/v1/decisions/{said['decision']}")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=120)
        self.process.stdout.close()


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

    def test_every_byte_of_a_served_log_under_a_passphrase_is_explained(self):
        served = Served(self.place.name)
        try:
            served.walk()
        finally:
            served.stop()
        reader = subprocess.run([sys.executable, f"{ROOT}/tests/interop/log_by_page.py", "served/log.db", "served/log.keys", "served/phrase"], cwd=self.place.name,
                                capture_output=True, text=True, check=False)
        self.assertEqual(reader.returncode, 0, reader.stdout + reader.stderr)
        # Decision, delivery, hand-off opened, taken, passed, returned, closed, feedback, look, switch; then what was told once, conversations, repeats, settings,
        # tickets, ended ones, deliveries.
        for kind in (1, 2, 10, 11, 12, 13, 15, 20, 70, 80):
            self.assertIn(f"kind {kind} ", reader.stdout)
        for kind in (2, 3, 6, 8, 9, 10, 11):
            self.assertIn(f"state kind {kind} ", reader.stdout)
        self.assertIn("key file under a passphrase 2", reader.stdout)

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
