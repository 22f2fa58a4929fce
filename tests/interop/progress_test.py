"""What takes longer than a second shows how far it is: on standard error, on a terminal only, and gone when it is done. The commands are
held up from outside for longer than the second that a bar waits.

    progress_test.py TREE CAVEAT
"""
import base64
import contextlib
import fcntl
import http.server
import json
import os
import pty
import signal
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]
CLEARED = "\r\x1b[K"


class Run:
    """A command whose standard error is a terminal (or a pipe); standard output goes to a pipe, or to the same terminal."""

    def __init__(self, *arguments, terminal=True, shares=False, cwd=None):
        self.read_end, write_end = pty.openpty() if terminal else os.pipe()
        self.process = subprocess.Popen([CAVEAT, *arguments], stdin=subprocess.PIPE, stdout=write_end if shares else subprocess.PIPE,
                                        stderr=write_end, cwd=cwd, text=True)
        os.close(write_end)
        self.said = b""
        self.reader = threading.Thread(target=self.listen)
        self.reader.start()

    def listen(self):
        while True:
            try:
                more = os.read(self.read_end, 1 << 16)
            except OSError:  # a terminal whose other end is closed
                return
            if not more:
                return
            self.said += more

    def loads(self):
        """Until it has said that no log was named, which it does when the rules are there."""
        while b"--log" not in self.said:
            if self.process.poll() is not None:
                raise AssertionError(f"it ended: {self.said}")
            time.sleep(0.05)

    def ended(self):
        """Exit code, standard output and standard error."""
        out, _ = self.process.communicate(timeout=120)
        self.reader.join()
        os.close(self.read_end)
        return self.process.returncode, out, self.said.decode()


class Progress(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.where = place.name
        with open(f"{ROOT}/examples/wealth.jsonl", encoding="utf-8") as file:
            self.turns = file.readlines()
        self.rules = f"{ROOT}/rules"

    def path(self, name):
        return f"{self.where}/{name}"

    def stand(self):
        time.sleep(2.5)

    def decide_slowly(self, **how):
        """Two turns by standard input, the second more than a second after the answer to the first."""
        run = Run("decide", "--rules", self.rules, **how)
        run.process.stdin.write(self.turns[0])
        run.process.stdin.flush()
        run.loads()
        self.stand()
        run.process.stdin.write(self.turns[1])
        return run.ended()

    def test_decide_counts_the_turns_where_it_cannot_know_how_many_come(self):
        code, out, err = self.decide_slowly()
        self.assertEqual((code, len(out.splitlines())), (0, 2), err)
        self.assertRegex(err, r"2 turns, \d+ a second")
        self.assertTrue(err.endswith(CLEARED), repr(err))

    def test_decide_says_nothing_to_a_file_and_nothing_between_its_own_answers(self):
        for how in ({"terminal": False}, {"shares": True}):
            with self.subTest(**how):
                code, _, err = self.decide_slowly(**how)
                self.assertEqual(code, 0, err)
                self.assertNotIn("turns", err)
                # What tells of the rules that are loaded, on a slow machine, is gone before the first answer.
                self.assertNotIn("\x1b[K", err[err.index('{"id"'):] if "shares" in how else err)

    def test_decide_on_files_shows_a_bar(self):
        with open(self.path("many.jsonl"), "w", encoding="utf-8") as file:
            for number in range(6):
                file.writelines(turn.replace('"id":"', f'"id":"{number}-', 1).replace('"id": "', f'"id": "{number}-', 1) for turn in self.turns)
        run = Run("decide", "--rules", self.rules, self.path("many.jsonl"))
        run.loads()
        self.stand()  # nobody reads: it waits with a pipe that is full
        code, out, err = run.ended()
        self.assertEqual((code, len(out.splitlines())), (0, 6 * len(self.turns)), err)
        self.assertRegex(err, r"\[[#·]{30}\] \d+ %")
        self.assertTrue(err.endswith(CLEARED), repr(err))

    def held_up(self, size, *arguments, **how):
        """The command, stopped for more than a second as soon as it has read that many bytes; nothing where it was done before."""
        run = Run(*arguments, cwd=self.where, **how)
        stopped = False
        try:
            while not stopped and run.process.poll() is None:
                with open(f"/proc/{run.process.pid}/io", encoding="utf-8") as file:
                    stopped = int(file.readline().split()[1]) >= size
            os.kill(run.process.pid, signal.SIGSTOP)
            self.stand()
            os.kill(run.process.pid, signal.SIGCONT)
        except (OSError, ValueError, IndexError):  # it ended
            stopped = False
        code, out, err = run.ended()
        self.assertEqual(code, 0, out + err)
        return err if stopped else None

    def test_verify_shows_a_bar(self):
        with open(self.path("some.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(self.turns)
        for command in (["decide", "--rules", self.rules, "--log", "log.db", "some.jsonl"], ["report", "log.db", "--out", "evidence.zip"]):
            subprocess.run([CAVEAT, *command], check=True, capture_output=True, cwd=self.where)
        verify, size = ("verify", "evidence.zip", "--key", "log.keys/log.vkey"), os.path.getsize(self.path("evidence.zip"))
        for _ in range(20):  # it may be done before it can be stopped
            err = self.held_up(size, *verify)
            if err:
                break
        self.assertRegex(err or "", r"\[[#·]{30}\] \d+ %")
        self.assertTrue(err.endswith(CLEARED), repr(err))
        self.assertIn(self.held_up(size, *verify, terminal=False), ("", None))

    def write_log(self, times=1):
        with open(self.path("some.jsonl"), "w", encoding="utf-8") as file:
            for number in range(times):
                file.writelines(turn.replace('"id":"', f'"id":"{number}-', 1).replace('"id": "', f'"id": "{number}-', 1) for turn in self.turns)
        subprocess.run([CAVEAT, "decide", "--rules", self.rules, "--log", "log.db", "some.jsonl"], check=True, capture_output=True, cwd=self.where)

    def test_log_show_and_log_search_show_a_bar_while_they_print(self):
        self.write_log(20)
        for command in (["log", "show", "log.db"], ["log", "search", "log.db", "--from", "2000-01-01"]):
            with self.subTest(command=command):
                run = Run(*command, cwd=self.where)
                self.stand()  # nobody reads: it waits with a pipe that is full
                code, out, err = run.ended()
                self.assertEqual((code, len(out) > 1 << 16), (0, True), err)
                self.assertRegex(err, r"\[[#·]{30}\] \d+ %")
                self.assertNotRegex(err.split(CLEARED)[-1], "#")
            with self.subTest(command=command, to="the same terminal"):
                run = Run(*command, cwd=self.where, shares=True)
                code, _, err = run.ended()
                self.assertEqual(code, 0, err)
                self.assertNotIn("\x1b[K", err)

    @contextlib.contextmanager
    def slow_server(self, replies):
        """Whoever answers for the log at its socket, each question but the first kind (who are you) after more than a second."""
        class Asked(http.server.BaseHTTPRequestHandler):
            protocol_version, address_string = "HTTP/1.1", lambda self: "socket"

            def reply(self, headers, body):
                self.send_response(200)
                for name, value in {**headers, "Content-Length": len(body), "Connection": "close"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):  # pylint: disable=invalid-name
                with open(f"{where}/log.keys/log.vkey", "rb") as file:
                    self.reply({}, file.read())

            def do_POST(self):  # pylint: disable=invalid-name
                self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(2.5)
                self.reply(*replies[self.path])

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        where = self.where
        with open(self.path("log.db-writer"), "w", encoding="ascii") as lock, socketserver.ThreadingUnixStreamServer(self.path("log.sock"), Asked) as server:
            fcntl.flock(lock, fcntl.LOCK_EX)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield
            server.shutdown()
        os.unlink(self.path("log.sock"))

    def test_what_the_server_makes_shows_that_time_goes_on(self):
        self.write_log()
        found = json.dumps({"items": []}).encode()
        replies = {"/v1/reports": ({"Caveat-Receipt": base64.b64encode(b"receipt").decode()}, b"package"), "/v1/log/search": ({}, found)}
        for command in (["report", "log.db", "--out", "served.zip"], ["log", "search", "log.db", "--verdict", "block"]):
            with self.subTest(command=command), self.slow_server(replies):
                code, out, err = Run(*command, cwd=self.where).ended()
                self.assertEqual(code, 0, out + err)
                self.assertRegex(err, r"the server is at work, [12] s")
                self.assertIn(CLEARED + "caveat: ", err)
                code, _, err = Run(*command, cwd=self.where, terminal=False).ended()
                self.assertEqual(code, 0, err)
                self.assertNotIn("at work", err)

    def test_a_report_and_its_receipt_are_for_their_owner_alone_whoever_makes_them(self):
        self.write_log()
        for name in ("own.zip", "own.html", "own.csv", "own.jsonl"):
            subprocess.run([CAVEAT, "report", "log.db", "--out", name], check=True, capture_output=True, cwd=self.where)
        replies = {"/v1/reports": ({"Caveat-Receipt": base64.b64encode(b"receipt").decode()}, b"package")}
        with self.slow_server(replies):
            for name in ("served.zip", "served.html"):
                subprocess.run([CAVEAT, "report", "log.db", "--out", name], check=True, capture_output=True, cwd=self.where)
        names = [name for name in os.listdir(self.where) if name.startswith(("own.", "served."))]
        self.assertEqual({name: oct(os.stat(self.path(name)).st_mode & 0o777) for name in names}, {name: "0o600" for name in names})
        self.assertEqual(len(names), 9)


if __name__ == "__main__":
    unittest.main()
