#!/usr/bin/env python3
"""The real binary killed at random points under load, a hundred times: whatever it had answered is in the log with the very same
reply, the log verifies, and it goes on. A kill leaves the page cache alone, so this shows nothing about a power cut: that is
tests/audit/store.

    kill_test.py BINARY [KILLS]
"""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BINARY = pathlib.Path(sys.argv[1]).resolve()
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 100
A_LOG = 5  # kills, then a new one, so that its making is cut too
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # a kill leaves what was written, on a disk or not


def turn(number):
    return {"id": f"t-{number}", "conversation": {"id": f"c-{number % 17}"}, "customer": {"id": f"k-{number % 17 % 11}"},
            "message": {"text": "hello"}, "answer": {"text": "You cannot lose." if number % 3 == 0 else "There is risk."}}


def encoded(turns):
    return b"".join(json.dumps(one).encode() + b"\n" for one in turns)


class Kill(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="caveat-kill-", dir=MEMORY))
        self.rules = self.folder / "rules"
        subprocess.run([BINARY, "new", self.rules], check=True, capture_output=True)
        self.number = 0

    def tearDown(self):
        shutil.rmtree(self.folder)

    def decide(self, log, turns):
        done = subprocess.run([BINARY, "decide", "--rules", self.rules, "--log", log], input=encoded(turns), capture_output=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.splitlines()

    def under_load_until_killed(self, log, delay, from_first_answer):
        """What was answered, whole lines only: a line that came through in part was no answer."""
        process = subprocess.Popen([BINARY, "decide", "--rules", self.rules, "--log", log, "--jobs", "2"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        sent = []

        def feed():
            try:
                while True:
                    some = [turn(self.number + i) for i in range(32)]
                    self.number += len(some)
                    sent.extend(some)
                    process.stdin.write(encoded(some))
                    process.stdin.flush()
            except (BrokenPipeError, ValueError):
                pass

        heard, answers_come = bytearray(), threading.Event()

        def listen():
            while chunk := os.read(process.stdout.fileno(), 1 << 16):
                heard.extend(chunk)
                if b"\n" in chunk:
                    answers_come.set()

        threads = [threading.Thread(target=feed), threading.Thread(target=listen)]
        for thread in threads:
            thread.start()
        answers = not from_first_answer or answers_come.wait(120)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for thread in threads:
            thread.join()
        process.stdout.close()
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        self.assertTrue(answers, "no answer in two minutes")
        return list(zip(sent, bytes(heard).split(b"\n")[:-1]))

    def test_a_hundred_kills_lose_nothing_that_was_answered(self):
        chance = random.Random(int(os.environ.get("CAVEAT_SEED", "0")) or None)
        began = time.monotonic()
        self.decide(self.folder / "warm.db", [turn(0)])
        start = time.monotonic() - began  # what the process takes to be there at all
        answered_in_all = under_load = 0
        log, answered = None, []
        for kill in range(KILLS):
            if kill % A_LOG == 0:
                log, answered = self.folder / f"killed-{kill}.db", []
            # Every second one comes among answers, however slow the machine is; the others may come while it starts.
            loaded = kill % 2 == 1
            delay = chance.uniform(0.02, 0.3) + (0 if loaded else chance.uniform(0.5, 1) * start)
            got = self.under_load_until_killed(log, delay, loaded)
            answered_in_all += len(got)
            under_load += len(got) > 0
            answered = got + answered[:200]  # and some of what was answered before
            where = f"kill {kill}, {len(got)} answered"
            self.number += 1
            replies = self.decide(log, [one for one, _ in answered] + [turn(self.number)])  # and it goes on
            for (one, before), again in zip(answered, replies):
                self.assertEqual(again, before, f"{where}: {one['id']} has another answer now")
            verified = subprocess.run([BINARY, "log", "verify", log], capture_output=True, timeout=120, check=False)
            self.assertEqual(verified.returncode, 0, where + "\n" + verified.stdout.decode() + verified.stderr.decode())
        print(f"{KILLS} kills, {under_load} of them under load; {answered_in_all} turns answered, none lost", file=sys.stderr)
        self.assertGreaterEqual(under_load, KILLS // 2)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
