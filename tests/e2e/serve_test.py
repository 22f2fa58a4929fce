#!/usr/bin/env python3
"""`caveat serve` with real sockets: what it answers, what it survives, what is in the log afterwards.

    serve_test.py BINARY REPOSITORY

No test judges by the clock: limits that end in seconds are set low in the configuration, what is waited for in a loop is given up after a
minute and a half, and what hangs is ended by CTest.
"""
import base64
import concurrent.futures
import contextlib
import fcntl
import hashlib
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse
import zipfile

import jsonschema

from watch import open_files, until

BINARY = pathlib.Path(sys.argv[1]).resolve()
REPOSITORY = pathlib.Path(sys.argv[2]).resolve()
SANITIZED = re.search(rb"__[at]san_init", BINARY.read_bytes()) is not None
# All of it by night, but not once more under a sanitizer, which looks for something else.
ALL = bool(os.environ.get("CAVEAT_NIGHTLY")) and not SANITIZED
IDLE = 5000 if ALL else 500
RELOADS = 200 if ALL else 20
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None


def turn(number, text="There is risk.", **more):
    return {"id": f"t-{number}", "conversation": {"id": f"canary-c-{number % 17}"}, "customer": {"id": f"canary-k-{number % 17}"},
            "message": {"text": "canary-message"}, "answer": {"text": text}, **more}


class Description:
    """/openapi.json, and the first replies of each kind held against it: status, kind of body, headers, schema."""

    def __init__(self, document):
        self.document = document
        self.seen = {}
        self.paths = [(re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)) + "$"), path)
                      for path in sorted(document["paths"], key=lambda path: "{" in path)]
        for schema in document["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)

    def hold(self, method, target, status, headers, text):
        path = next((path for pattern, path in self.paths if pattern.match(target.split("?")[0])), None)
        operation = self.document["paths"].get(path, {}).get(method.lower())
        count = self.seen.get((path, method, status), 0)
        if operation is None or count >= 3:
            return
        self.seen[path, method, status] = count + 1
        what = f"{method} {path} {status}"
        response = operation["responses"].get(str(status))
        assert response is not None, f"{what} is not declared"
        for name, header in response["headers"].items():
            assert not header["required"] or name.lower() in headers, f"{what} has no {name}"
        kind = headers.get("content-type", "").split(";")[0]
        if "content" not in response:
            return
        assert kind in response["content"], f"{what}: {kind} is not declared"
        if kind in ("application/json", "application/problem+json") and method != "HEAD":
            schema = {**response["content"][kind]["schema"], "components": self.document["components"]}
            jsonschema.Draft202012Validator(schema).validate(json.loads(text))
            self.all_declared(json.loads(text), response["content"][kind]["schema"], what)

    def all_declared(self, value, schema, where):
        """A member that a reply has and the description does not name is one that no generated client has."""
        if "$ref" in schema:
            return self.all_declared(value, self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], where)
        for one in schema.get("anyOf", []):
            if value is not None and one.get("type") != "null":
                self.all_declared(value, one, where)
        if isinstance(value, dict) and "properties" in schema:
            for name, member in value.items():
                if name not in schema["properties"] and not (where.startswith("POST /v1/reload") and name == "diagnostics"):
                    raise AssertionError(f"{where}: {name} is not declared")
                self.all_declared(member, schema["properties"].get(name, {}), f"{where} {name}")
        for one in value if isinstance(value, list) else []:
            self.all_declared(one, schema.get("items", {}), where)
        return None


class Server:
    """One `caveat serve` over the starter pack, in a folder of its own."""

    def __init__(self, folder, log=None, gate=None, **limits):
        self.folder = pathlib.Path(folder)
        self.rules = self.folder / "rules"
        if not self.rules.exists():
            subprocess.run([BINARY, "new", self.rules], check=True, capture_output=True)
        self.log = self.folder / "log.db"
        self.config = self.folder / "caveat.toml"
        self.operation = self.folder / "operation.jsonl"
        sections = {"log": {"path": "log.db", **(log or {})}, "packs": {"folders": ["rules"]}, "http": {"listen": "127.0.0.1:0"},
                    "gate": {"deadline": "60 s", **(gate or {})}, "logging": {"file": "operation.jsonl"}, "limits": limits}
        self.config.write_text("".join(f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in section.items())
                                       for name, section in sections.items()), encoding="utf-8")
        self.keys = {}
        for role in ("bot", "agent", "auditor", "operator", "activator", "privacy"):
            self.make_key(role, role)
        self.start()

    def make_key(self, name, role, *options):
        made = subprocess.run([BINARY, "keys", "caller", name, "--role", role, "--log", self.log, *options], check=True,
                              capture_output=True, text=True)
        self.keys[name] = made.stdout.strip()

    def start(self):
        self.errors = open(self.folder / "stderr.txt", "ab")
        self.process = subprocess.Popen([BINARY, "serve", "--config", self.config], stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("no server: " + (self.folder / "stderr.txt").read_text())
        self.url = line.strip()
        self.port = int(self.url.rsplit(":", 1)[1])
        self.description = None
        self.description = Description(json.loads(self.ask("GET", "/openapi.json", role=None)[2]))
        return self

    def connection(self, timeout=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, role="bot", headers=None, connection=None):
        own = connection or self.connection()
        sent = dict(headers or {})
        if role is not None:
            sent["Authorization"] = "Bearer " + self.keys[role]
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        own.request(method, path, body=body, headers=sent)
        reply = own.getresponse()
        text = reply.read()
        if connection is None:
            own.close()
        got = dict((k.lower(), v) for k, v in reply.getheaders())
        if self.description is not None:
            self.description.hold(method, path, reply.status, got, text)
        return reply.status, got, text

    def decide(self, one, **more):
        status, headers, text = self.ask("POST", "/v1/decisions", one, **more)
        return status, headers, json.loads(text)

    def raw(self, data, finish=False):
        """What comes back to bytes as they are, until the server closes or has answered once."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as sock:
            sock.sendall(data)
            if finish:
                sock.shutdown(socket.SHUT_WR)
            got = b""
            while True:
                try:
                    piece = sock.recv(65536)
                except ConnectionResetError:
                    break
                if not piece:
                    break
                got += piece
            return got

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait()
        self.process.stdout.close()
        self.errors.close()
        return code

    def resident(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def verify(self):
        return subprocess.run([BINARY, "log", "verify", self.log], capture_output=True, text=True, check=False)


class Served(unittest.TestCase):
    limits = {}  # and, under `log` and `gate`, what else stands in those sections

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="caveat-serve-", dir=MEMORY)
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = Server(self.folder, **self.limits)
        self.addCleanup(self.server.stop)


class Answers(Served):
    def test_a_turn_is_judged_recorded_and_answered_with_all_its_headers(self):
        status, headers, body = self.server.decide(turn(1, "You cannot lose."))
        self.assertEqual((status, body["verdict"], body["id"]), (200, "block", "t-1"))
        self.assertEqual(headers["caveat-verdict"], "block")
        self.assertEqual(headers["caveat-decision"], body["decision"])
        self.assertEqual(headers["cache-control"], "no-store")
        self.assertIn("caveat-request", headers)
        self.assertIn("traceparent", headers)
        self.assertIn("date", headers)
        self.assertRegex(headers["server-timing"], r"^decide;dur=[0-9.]+, seal;dur=[0-9.]+, commit;dur=[0-9.]+, total;dur=[0-9.]+$")
        self.assertTrue(body["packs"][0]["digest"].startswith("sha256:"))
        self.assertIsInstance(body["receipt"]["index"], int)
        # a bot reads which rules spoke, never why
        self.assertNotIn("because", body["reasons"][0])
        again = self.server.decide(turn(1, "You cannot lose."))
        self.assertEqual(again[2], body)
        self.assertEqual(again[1]["caveat-replayed"], "?1")
        other = self.server.decide(turn(1, "Another text."))
        self.assertEqual((other[0], other[2]["code"], other[2]["verdict"]), (409, "id_reused", "handoff"))
        self.assertEqual(other[2]["instance"], other[1]["caveat-request"])

    def test_one_connection_serves_many_and_pipelined_requests_are_answered_in_order(self):
        connection = self.server.connection()
        for number in range(20):
            self.assertEqual(self.server.ask("POST", "/v1/decisions", turn(number), connection=connection)[0], 200)
        connection.close()
        one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        got = self.server.raw(one + one + b"GET /v1/packs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertEqual(got.count(b"HTTP/1.1 200 OK"), 3)
        self.assertLess(got.rindex(b'{"alive":true}'), got.index(b'"active"'))

    def test_every_mistake_of_a_turn_is_told_at_once_with_a_verdict(self):
        status, headers, body = self.server.decide(
            {"id": "t-9", "language": "zh", "answer": {"text": "x"}, "product": {"price": 1}, "custmer": {}, "customer": {"age": "old"}},
            headers={"Accept-Language": "zh"})
        self.assertEqual(status, 422)
        self.assertEqual(headers["content-type"], "application/problem+json")
        self.assertEqual((body["verdict"], body["id"], body["handoff"]), ("handoff", "t-9", {"hold": False}))
        self.assertGreaterEqual(len(body["errors"]), 2)
        self.assertRegex(body["say"]["text"], "[一-龥]")

    def test_pages_and_descriptions_are_there_without_a_key(self):
        for path, kind in (("/healthz", "application/json"), ("/readyz", "application/json"), ("/v1/packs", "application/json"),
                           ("/v1/schema", "application/json"), ("/openapi.json", "application/json"),
                           ("/docs", "text/html; charset=utf-8"), ("/docs/problems", "text/html; charset=utf-8"),
                           ("/metrics", "text/plain; version=0.0.4; charset=utf-8")):
            status, headers, text = self.server.ask("GET", path, role=None)
            self.assertEqual((path, status, headers["content-type"]), (path, 200, kind))
            if kind == "application/json":
                json.loads(text)
            status, headers, text = self.server.ask("HEAD", path, role=None)
            self.assertEqual((path, status, text), (path, 200, b""))
        schemas = json.loads(self.server.ask("GET", "/openapi.json", role=None)[2])["components"]["schemas"]
        self.assertEqual(schemas["Queues"]["properties"]["items"]["items"]["properties"]["oldest"], {"type": "string", "format": "date-time"})

    def test_the_newest_checkpoint_and_the_key_that_verifies_it_are_there_for_anybody(self):
        self.server.decide(turn(1))
        status, headers, key = self.server.ask("GET", "/log/vkey", role=None)
        self.assertEqual((status, headers["content-type"], headers["cache-control"]), (200, "text/plain; charset=utf-8", "no-store"))
        self.assertEqual(key, (pathlib.Path(self.folder) / "log.keys/log.vkey").read_bytes())
        first = self.server.ask("GET", "/log/checkpoint", role=None)[2]
        self.assertTrue(first.startswith(key.split(b"+")[0] + b"\n"))
        size = int(first.splitlines()[1])
        self.server.decide(turn(2))
        second = self.server.ask("GET", "/log/checkpoint", role=None)[2]
        self.assertGreater(int(second.splitlines()[1]), size)
        for wrong in ("nonsense", first.decode().replace("\n", "\n1", 1)):
            status, _, text = self.server.ask("POST", "/v1/reports", {"format": "jsonl", "checkpoint": wrong}, role="auditor")
            problem = json.loads(text)
            self.assertEqual((status, problem["code"], problem["errors"][0]["path"]), (422, "out_of_range", "/checkpoint"), text)
        self.assertEqual(self.server.ask("POST", "/v1/reports", {"format": "jsonl", "checkpoint": first.decode()}, role="auditor")[0], 200)
        # what was kept is what the log is held against later
        kept = pathlib.Path(self.folder) / "kept"
        kept.write_bytes(first)
        self.server.stop()
        held = subprocess.run([BINARY, "log", "verify", self.server.log, "--checkpoint", kept], capture_output=True, text=True, check=False)
        self.assertEqual(held.returncode, 0, held.stdout + held.stderr)

    def test_figures_hold_against_promtool_where_it_is_installed(self):
        self.server.decide(turn(1))
        text = self.server.ask("GET", "/metrics", role=None)[2]
        self.assertIn(b'caveat_decisions_total{verdict="allow",cause="rule"} 1\n', text)
        self.assertIn(b'caveat_pack_info{name="my.first",version="1",digest="', text)
        for stage in (b"decide", b"seal", b"commit"):
            self.assertIn(b"caveat_" + stage + b"_duration_seconds_count 1\n", text)
        # Nobody knows how old the customer is: a person takes over, and it shows what is missing and since when somebody waits.
        self.server.decide({"id": "t-2", "conversation": {"id": "c"}, "answer": {"text": "x"}, "recommendation": {"products": [{"id": "p1"}]}})
        text = self.server.ask("GET", "/metrics", role=None)[2]
        self.assertIn(b'caveat_facts_unknown_total{fact="customer.age"} 1\n', text)
        self.assertRegex(text, rb'caveat_handoffs_open\{queue="service_desk"\} 1\n(.*\n)*caveat_handoffs_oldest_seconds\{queue="service_desk"\} \d\n')
        if shutil.which("promtool") is None:
            self.skipTest("promtool is not installed")
        judged = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
        self.assertEqual((judged.returncode, judged.stdout + judged.stderr), (0, b""))

    def test_the_example_of_alerts_and_the_board_ask_for_figures_that_there_are(self):
        self.server.decide(turn(1))
        self.server.decide({"id": "canary"})
        figures = self.server.ask("GET", "/metrics", role=None)[2].decode()
        families = dict(re.findall(r"^# TYPE (\S+) (\S+)$", figures, re.M))
        labels = {name: set(re.findall(r'(\w+)="', given)) for name, given in re.findall(r"^(\w+)\{(.*)\} ", figures, re.M)}
        folder = REPOSITORY / "examples" / "watching"
        board = json.loads((folder / "grafana.json").read_text(encoding="utf-8"))
        asked = {"alerts": (folder / "alerts.yaml").read_text(encoding="utf-8"),
                 "board": "\n".join(target["expr"] for panel in board["panels"] for target in panel["targets"])}
        for where, text in asked.items():
            names = set(re.findall(r"\b(?:caveat|process)_[a-z_]+", text))
            self.assertGreater(len(names), 8, where)
            for name in names:
                family = re.sub(r"_bucket$", "", name)
                self.assertIn(family, families, where)
                self.assertEqual(name != family, families[family] == "histogram", (where, name))
            for name, chosen in re.findall(r"\b(caveat_[a-z_]+)\{(.*?)\}", text):
                self.assertLessEqual(set(re.findall(r'(\w+)[=!]', chosen)), labels[name], (where, name))
        if shutil.which("promtool") is None:
            self.skipTest("promtool is not installed")
        judged = subprocess.run(["promtool", "check", "rules", folder / "alerts.yaml"], capture_output=True, check=False)
        self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)

    def test_the_operational_log_has_ids_and_no_text_and_no_customer(self):
        headers = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
        _, got, _ = self.server.decide(turn(1, "canary-answer"), headers=headers)
        self.server.decide({"id": "canary-id", "nonsense": "canary-value"})
        self.server.ask("GET", "/v1/nothing/canary-path?canary=query", role=None)
        self.server.raw(b"canary nonsense\r\n\r\n")
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/v1/packs", "/v1/queues"):  # without a key
            status, _, page = self.server.ask("GET", path, role=None)
            self.assertEqual((path, status, b"canary" in page), (path, 200, False))
        self.server.stop()
        text = self.server.operation.read_text()
        self.assertNotIn("canary", text)
        lines = [json.loads(line) for line in text.splitlines()]
        mine = [line for line in lines if line.get("request") == got["caveat-request"]]
        self.assertEqual([(line["event"], line["trace"], line["caller"], line["status"], line["verdict"]) for line in mine],
                         [("exchange", "4bf92f3577b34da6a3ce929d0e0e4736", "bot", 200, "allow")])
        self.assertTrue(got["traceparent"].startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-" + mine[0]["span"]))
        self.assertNotIn("canary", (pathlib.Path(self.folder) / "stderr.txt").read_text())

    def test_who_was_refused_and_why_is_counted_and_stands_in_the_operational_log(self):
        key = {"Authorization": "Bearer cav_canary_canary"}
        stranger = self.server.ask("POST", "/v1/decisions", turn(1), role=None, headers=key)
        self.assertEqual(stranger[0], 401)
        told = [self.server.ask("POST", "/v1/decisions", body, headers={"Accept-Language": "en"})
                for body in (b'{"id":"canary-1",', {"id": "canary-2", "answer": {"text": "x"}, "canary": 1},
                             {**turn(3), "customer": {"id": "k", "age": 40}}, {**turn(4), "canary": 2})]
        self.assertEqual([status for status, _, _ in told], [400, 422, 403, 422])
        lines = [turn(5), {"id": "canary-6", "canary": 3}, b"canary", {"id": "canary-7", "canary": 4}]
        body = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
        status, batch, _ = self.server.ask("POST", "/v1/decisions/batch", body, headers={"Content-Type": "application/x-ndjson"})
        self.assertEqual(status, 200)
        figures = self.server.ask("GET", "/metrics", role=None)[2].decode()
        self.assertEqual(re.findall(r'caveat_turns_refused_total\{caller="(.*)",code="(.*)"\} (\d+)', figures),
                         [("", "bad_key", "1"), ("bot", "fact_source", "1"), ("bot", "not_json", "2"), ("bot", "unknown_member", "4")])
        self.server.stop()
        text = self.server.operation.read_text()
        self.assertNotIn("canary", text)
        written = [json.loads(line) for line in text.splitlines()]
        one = [(line.get("caller"), line["code"]) for line in written if line["event"] == "exchange" and line.get("verdict") == "handoff"]
        self.assertEqual(one, [(None, "bad_key"), ("bot", "not_json"), ("bot", "unknown_member"), ("bot", "fact_source"), ("bot", "unknown_member")])
        of_batch = [line for line in written if line["event"] == "lines_refused"]
        self.assertEqual([(line["request"], line["caller"], line["code"], line["lines"]) for line in of_batch],
                         [(batch["caveat-request"], "bot", "not_json", 1), (batch["caveat-request"], "bot", "unknown_member", 2)])

    def test_levels_change_while_it_runs(self):
        def heard():
            self.server.ask("GET", "/healthz", role=None)
            return len(self.server.operation.read_text().splitlines())
        before = heard()
        self.assertEqual(heard(), before + 1)
        self.server.process.send_signal(signal.SIGUSR2)  # warn: what went well is not told any more
        until(lambda: heard() == heard())
        last = heard()
        self.server.process.send_signal(signal.SIGUSR1)
        until(lambda: heard() != last)
        self.server.process.send_signal(signal.SIGUSR1)
        self.server.process.send_signal(signal.SIGUSR1)
        def told():
            lines = [json.loads(line) for line in self.server.operation.read_text().splitlines()]
            return [line["now"] for line in lines if line["event"] == "level"]
        until(lambda: told() == ["warn", "info", "debug"])
        for now in ("info", "warn", "error", "off"):
            before = len(told())
            self.server.process.send_signal(signal.SIGUSR2)
            until(lambda: len(told()) == before + 1)
            self.assertEqual(told()[-1], now)

    def test_the_unix_socket_serves_the_same_and_its_own_user_reloads_without_a_key(self):
        path = str(pathlib.Path(self.folder) / "log.sock")

        def over_socket(method, target, body, key=None):
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(60)
                sock.connect(path)
                data = json.dumps(body).encode()
                head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\nConnection: close\r\n"
                if key:
                    head += f"Authorization: Bearer {key}\r\n"
                sock.sendall(head.encode() + b"\r\n" + data)
                got = b""
                while piece := sock.recv(65536):
                    got += piece
                return int(got.split()[1]), got
        self.assertEqual(over_socket("POST", "/v1/decisions", turn(1), self.server.keys["bot"])[0], 200)
        self.assertEqual(over_socket("POST", "/v1/decisions", turn(2))[0], 403)  # no key: not a bot
        self.assertEqual(over_socket("POST", "/v1/reload", {})[0], 200)
        self.assertEqual(os.stat(path).st_mode & 0o007, 0)

    def test_keys_that_come_while_it_runs_count_after_a_reload(self):
        callers = pathlib.Path(self.folder) / "log.callers.toml"
        without = callers.read_text(encoding="utf-8")
        self.server.make_key("late", "bot")
        self.assertEqual(self.server.decide(turn(1), role="late")[0], 401)
        # a mistake in the rules leaves the rules as they were; who may call counts all the same, for a key may have leaked
        mistake = self.server.rules / "more.cav"
        mistake.write_text("rule broken\n", encoding="utf-8")
        self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 422)
        self.assertEqual(self.server.decide(turn(1), role="late")[0], 200)
        callers.write_text(without, encoding="utf-8")
        self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 422)
        self.assertEqual(self.server.decide(turn(2), role="late")[0], 401)
        # a mistake in the callers refuses the whole: nobody is locked out by a slip
        callers.write_text("[[callers]]\nid = 5\n", encoding="utf-8")
        mistake.unlink()
        status, _, text = self.server.ask("POST", "/v1/reload", {}, role="activator")
        problem = json.loads(text)
        self.assertEqual((status, problem["code"]), (422, "configuration"))
        self.assertNotIn("{", problem["title"])
        path, anchor = problem["help"].split("#")  # where it is told of
        self.assertIn(f'<tr id="{anchor}">'.encode(), self.server.ask("GET", path, role=None)[2])
        self.assertEqual(self.server.decide(turn(3))[0], 200)
        callers.write_text(without, encoding="utf-8")
        self.assertEqual(self.server.ask("POST", "/v1/reload", {"now": True}, role="activator")[0], 422)
        self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 200)

    def test_it_drains_what_it_took_and_ends_well(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(self.server.decide, turn(number)) for number in range(64)]
            asked[0].result()
            self.server.process.send_signal(signal.SIGTERM)
            answered = []
            for one in asked:
                try:
                    status, _, body = one.result()
                    self.assertIn((status, body.get("code")), ((200, None), (503, "draining")))
                    answered.append((status, body))
                except (ConnectionError, http.client.HTTPException):
                    pass  # it had closed its door
        while self.server.process.poll() is None:  # timeout(1) sends it to the process and to its group, who waits again
            self.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.process.wait(), 0)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "log.sock")))
        verified = self.server.verify()
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertGreaterEqual(len(answered), 1)


class LongLooks(unittest.TestCase):
    """Reports over a log that takes seconds to read: what is short does not wait for them, and neither does who stops the server."""

    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.mkdtemp(prefix="caveat-long-", dir=MEMORY)
        cls.addClassCleanup(shutil.rmtree, cls.made)
        rules, turns = os.path.join(cls.made, "rules"), os.path.join(cls.made, "turns.jsonl")
        subprocess.run([BINARY, "new", rules], check=True, capture_output=True)
        with open(turns, "w", encoding="utf-8") as file:
            for number in range(30_000):
                file.write(json.dumps({"id": f"old-{number}", "answer": {"text": "There is risk."}}) + "\n")
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            subprocess.run([BINARY, "decide", "--rules", rules, "--log", os.path.join(cls.made, "log.db"), turns], check=True,
                           stdout=nowhere, stderr=nowhere)
        os.unlink(turns)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="caveat-serve-", dir=MEMORY)
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(self.made, self.folder, dirs_exist_ok=True)
        self.server = Server(self.folder, reports=2, drain="500 ms")
        self.addCleanup(self.server.stop)
        self.pool = concurrent.futures.ThreadPoolExecutor(8)
        self.addCleanup(self.pool.shutdown)

    def report(self, form):
        def answer():
            got = self.server.ask("POST", "/v1/reports", {"format": form}, role="auditor")
            return got if got[0] != 503 or json.loads(got[2])["code"] != "overloaded" else None
        return until(answer)  # the search below may have its place for a moment

    def under_way(self, *forms):
        """So many reports as may be made at once, and the answer to one too many: they have begun."""
        reports = [self.pool.submit(self.report, form) for form in forms]

        def begun():
            status, headers, text = self.server.ask("POST", "/v1/log/search", {"request": "old-7"}, role="auditor")
            return (status, headers, json.loads(text)) if status == 503 or any(one.done() for one in reports) else None
        return reports, until(begun)

    def test_what_is_short_waits_for_no_report_and_one_report_too_many_is_told_when_to_come_again(self):
        reports, (status, headers, problem) = self.under_way("csv", "html")
        self.assertEqual((status, problem["code"]), (503, "overloaded"))
        self.assertEqual(problem["errors"][0]["expected"], "at most 2 reports and searches at once")
        self.assertIn("retry-after", headers)
        decided = self.server.decide(turn(1))[2]["decision"]
        for path, role in (("/v1/switch", "bot"), ("/v1/handoffs", "agent"), (f"/v1/decisions/{decided}", "bot"),
                           ("/v1/conversations/canary-c-1", "bot"), (f"/v1/decisions/{decided}/explanation", "bot")):
            self.assertEqual(self.server.ask("GET", path, role=role)[0], 200, path)
        self.assertEqual(self.server.ask("POST", "/v1/feedback", {"decision": decided, "kind": "thumbs_up"})[0], 201)
        self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 200)
        self.assertFalse(any(one.done() for one in reports), "they were over before anything had to wait for them")
        for one in reports:
            self.assertEqual(one.result()[0], 200)
        self.assertEqual(self.server.ask("POST", "/v1/log/search", {"request": "old-7"}, role="auditor")[0], 200)

    def test_who_goes_away_leaves_his_place_to_others_and_nothing_of_his_report_is_made(self):
        body = json.dumps({"format": "zip"}).encode()
        ask = (f"POST /v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.server.keys['auditor']}\r\n"
               f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
        more = (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")  # behind the second something that nobody reads meanwhile
        left = [socket.create_connection(("127.0.0.1", self.server.port), timeout=60) for _ in more]
        search = lambda: self.server.ask("POST", "/v1/log/search", {"request": "old-7"}, role="auditor")[0]
        for one, behind in zip(left, more):
            one.sendall(ask + behind)

        def under_way():
            if search() == 503:
                return True
            for one, behind in zip(left, more):
                if select.select([one], [], [], 0)[0]:  # the search had its place for a moment
                    self.assertTrue(one.recv(1 << 20))
                    one.sendall(ask + behind)
            return False
        until(under_way)
        for one in left:
            one.close()
        until(lambda: search() == 200)
        self.server.stop()
        reports = [line for line in map(json.loads, self.server.operation.read_text(encoding="utf-8").splitlines())
                   if line["event"] == "exchange" and line["path"] == "/v1/reports"]
        self.assertEqual([line["code"] for line in reports if line["code"] != "overloaded"], ["caller_gone"] * 2, reports)

    @contextlib.contextmanager
    def half_made(self, place):
        """A report into `place` that stands still in the middle of being made, until the block ends."""
        report = subprocess.Popen([BINARY, "report", self.server.log, "--out", pathlib.Path(place, "out.zip")], stderr=subprocess.PIPE, text=True)
        self.addCleanup(report.kill)
        # Its spool is written into from then on.
        until(lambda: report.poll() is not None or any(name.startswith(place) for name in open_files(report.pid)))
        report.send_signal(signal.SIGSTOP)
        self.assertIsNone(report.poll())
        yield report
        report.send_signal(signal.SIGCONT)

    def test_a_report_on_the_command_line_has_the_log_only_while_it_records_itself(self):
        self.server.stop()
        with tempfile.TemporaryDirectory(dir=MEMORY) as place:
            with self.half_made(place) as report:
                found = subprocess.run([BINARY, "log", "search", self.server.log, "--request", "old-7"], capture_output=True, text=True,
                                       check=False)
            self.assertEqual((found.returncode, len(found.stdout.splitlines())), (0, 1), found.stderr)
            said = report.communicate(timeout=120)[1]
            self.assertEqual(report.returncode, 0, said)
            self.assertIn("the export is record", said)
            verified = subprocess.run([BINARY, "verify", pathlib.Path(place, "out.zip"), "--key", self.server.folder / "log.keys/log.vkey"],
                                      check=False, capture_output=True)
            self.assertEqual(verified.returncode, 0, verified.stdout)

    def test_a_server_that_comes_while_a_report_is_made_on_the_command_line_makes_it(self):
        self.server.stop()
        with tempfile.TemporaryDirectory(dir=MEMORY) as place:
            with self.half_made(place) as report:
                self.server.start()
            said = report.communicate(timeout=120)[1]
            self.assertEqual(report.returncode, 0, said)
            self.assertIn("it makes the report", said)
            self.assertIn("the export is record", said)
            verified = subprocess.run([BINARY, "verify", pathlib.Path(place, "out.zip"), "--key", self.server.folder / "log.keys/log.vkey"],
                                      check=False, capture_output=True, text=True)
            self.assertEqual(verified.returncode, 0, verified.stdout)
            self.assertIn("12 ✓", verified.stdout)

    def test_a_report_waits_for_a_command_that_writes_the_log_when_it_is_made(self):
        self.server.stop()
        with tempfile.TemporaryDirectory(dir=MEMORY) as place:
            with self.half_made(place) as report, open(f"{self.server.log}-writer", "w", encoding="ascii") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                lock.write("4711\n")
                lock.flush()
                report.send_signal(signal.SIGCONT)
                said = ""
                while "is being written by process 4711: the report is made" not in said:
                    line = report.stderr.readline()
                    self.assertTrue(line, said)
                    said += line
                os.unlink(lock.name)
            said += report.communicate(timeout=120)[1]
            self.assertEqual(report.returncode, 0, said)
            self.assertIn("the export is record", said)

    def test_a_package_whose_key_is_changed_while_it_is_made_is_refused_and_not_recorded(self):
        self.server.stop()
        with tempfile.TemporaryDirectory(dir=MEMORY) as place:
            with self.half_made(place) as report:
                rotated = subprocess.run([BINARY, "keys", "rotate", self.server.folder / "log.keys"], capture_output=True, text=True, check=False)
            self.assertEqual(rotated.returncode, 0, rotated.stderr)
            said = report.communicate(timeout=120)[1]
            self.assertEqual(report.returncode, 4, said)
            self.assertIn("was changed while the package was made", said)
            self.assertEqual(os.listdir(place), [])
        newest = subprocess.run([BINARY, "log", "show", self.server.log, "--copy", "--json"], capture_output=True, text=True, check=True).stdout
        self.assertNotIn('"kind":"exported"', newest)

    def test_who_reads_what_is_shown_slowly_keeps_nobody_from_the_log(self):
        self.server.stop()
        show = subprocess.Popen([BINARY, "log", "show", self.server.log], stdout=subprocess.PIPE, text=True)
        self.addCleanup(show.wait)
        self.addCleanup(show.stdout.close)
        self.assertTrue(show.stdout.readline())
        found = subprocess.run([BINARY, "log", "search", self.server.log, "--request", "old-7"], capture_output=True, text=True, check=False)
        self.assertEqual((found.returncode, len(found.stdout.splitlines())), (0, 1), found.stderr)

    def test_memory_does_not_grow_with_what_is_reported(self):
        status = pathlib.Path("/proc", str(self.server.process.pid), "status")
        pathlib.Path(status.parent, "clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
        before = self.server.resident()
        for form in ("csv", "jsonl", "zip"):
            code, headers, text = self.report(form)
            self.assertEqual(code, 200)
            self.assertGreater(len(text), 5 << 20)
            self.assertEqual(headers["content-digest"], f"sha-256=:{base64.b64encode(hashlib.sha256(text).digest()).decode()}:")
        grown = int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))[1]) * 1024 - before
        print(f"reports of {len(text) >> 20} MiB: {grown >> 20} MiB more memory", file=sys.stderr)
        if not SANITIZED:  # sanitizers keep what was given back
            self.assertLess(grown, 40 << 20)
        self.assertEqual(sorted(path.name for path in pathlib.Path(self.folder).iterdir() if path.name.startswith(".")), [])

    def test_who_stops_the_server_waits_for_no_report_and_the_log_is_let_go(self):
        reports, (status, _, _) = self.under_way("zip", "html")
        self.assertEqual(status, 503)
        self.server.process.send_signal(signal.SIGTERM)
        for one in reports:
            with contextlib.suppress(ConnectionError, http.client.HTTPException):
                status, headers, text = one.result()
                self.assertEqual((status, json.loads(text).get("code")), (503, "draining"), text[:200])
                self.assertIn("retry-after", headers)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        status, _, text = self.server.ask("POST", "/v1/log/search", {"day": "2020-01-01"}, role="auditor")
        self.assertEqual((status, json.loads(text)["items"]), (200, []))


class Batches(Served):
    limits = {"batch_lines": 500}

    def batch(self, lines, connection=None):
        body = b"".join(json.dumps(line).encode() + b"\n" if not isinstance(line, bytes) else line + b"\n" for line in lines)
        status, headers, text = self.server.ask("POST", "/v1/decisions/batch", body,
                                                headers={"Content-Type": "application/x-ndjson"}, connection=connection)
        return status, headers, [json.loads(line) for line in text.splitlines()]

    def test_replies_come_in_order_and_a_bad_line_stops_nothing(self):
        connection = self.server.connection()
        lines = [turn(number) for number in range(300)]
        lines[7] = b"{nonsense"
        lines[8] = b'{"id":"long","answer":{"text":"' + b"a" * (1 << 20) + b'"}}'
        lines[9] = b"   "
        status, headers, replies = self.batch(lines, connection)
        self.assertEqual((status, headers["content-type"]), (200, "application/x-ndjson"))
        self.assertEqual(len(replies), 299)
        self.assertEqual((replies[7]["code"], replies[8]["code"]), ("not_json", "too_large"))
        self.assertEqual({replies[at].get("instance") for at in (7, 8)}, {headers["caveat-request"]})
        self.assertEqual([reply["id"] for reply in replies[9:]], [f"t-{number}" for number in range(10, 300)])
        self.assertEqual(self.server.ask("POST", "/v1/decisions", turn(999), connection=connection)[0], 200)  # still of use
        connection.close()

    def test_a_caller_of_before_1_1_reads_the_lines_without_chunks_until_the_end(self):
        body = b"".join(json.dumps(turn(number)).encode() + b"\n" for number in range(3))
        got = self.server.raw(b"POST /v1/decisions/batch HTTP/1.0\r\nAuthorization: Bearer " + self.server.keys["bot"].encode() +
                              b"\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        head, lines = got.split(b"\r\n\r\n", 1)
        self.assertNotIn(b"chunked", head)
        self.assertIn(b"Connection: close", head)
        self.assertEqual([json.loads(line)["id"] for line in lines.splitlines()], ["t-0", "t-1", "t-2"])

    def test_a_line_beyond_the_limit_ends_it_in_words(self):
        _, _, replies = self.batch([turn(number) for number in range(501)])
        self.assertEqual(len(replies), 501)
        self.assertEqual((replies[499]["id"], replies[500]["code"]), ("t-499", "too_large"))

    def test_lines_of_one_conversation_wait_for_their_turn_however_many_they_are(self):
        same = turn(0)
        one = [{**turn(1000 + number), "conversation": {"id": "one"}, "customer": {"id": "k-one"}} for number in range(200)]
        _, _, replies = self.batch([same] * 50 + one)
        self.assertEqual({(reply.get("verdict"), reply.get("code")) for reply in replies}, {("allow", None)})
        self.assertEqual(len({reply["decision"] for reply in replies[:50]}), 1)
        outreach = {"channel": "sms", "purpose": "notice", "text": "Your card is ready.", "recipients": [{"id": "k-same"}]}
        _, _, replies = self.batch([{"id": f"o-{number}", "outreach": outreach} for number in range(300)])
        self.assertEqual((len(replies), {reply.get("code") for reply in replies}), (300, {None}))

    def test_who_stops_in_the_middle_has_what_was_taken_in_the_log(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as sock:
            sock.sendall((f"POST /v1/decisions/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.server.keys['bot']}\r\n"
                          "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n").encode())
            line = json.dumps(turn(1)).encode() + b"\n"
            sock.sendall(b"%x\r\n%s\r\n" % (len(line), line))
            got = b""
            while b'"t-1"' not in got:
                piece = sock.recv(65536)  # flushed though the request goes on
                self.assertTrue(piece, got)
                got += piece
        self.assertEqual(self.server.decide(turn(1))[1].get("caveat-replayed"), "?1")


class Bodies(Served):
    limits = {"body": "4 KiB"}

    def test_no_more_of_a_body_and_of_a_line_is_taken_than_is_configured(self):
        small = turn(1)
        large = {**turn(2), "answer": {"text": "a" * 4096}}
        self.assertEqual(self.server.decide(small)[0], 200)
        status, _, text = self.server.ask("POST", "/v1/decisions", large)
        problem = json.loads(text)
        self.assertEqual((status, problem["code"]), (413, "too_large"))
        self.assertIn("4096 bytes", problem["errors"][0]["expected"])
        lines = b"".join(json.dumps(one).encode() + b"\n" for one in (turn(3), large, turn(4)))
        status, _, text = self.server.ask("POST", "/v1/decisions/batch", lines,
                                          headers={"Content-Type": "application/x-ndjson"})
        replies = [json.loads(line) for line in text.splitlines()]
        self.assertEqual((status, [one.get("code", "") for one in replies]), (200, ["", "too_large", ""]))


class Strangers(Served):
    limits = {"header_wait": "2 s", "body_wait": "2 s", "header": "4 KiB", "connections": IDLE + 100}

    def test_what_is_no_http_is_refused_in_words_and_never_with_a_500(self):
        key = self.server.keys["bot"].encode()
        head = b"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + b"\r\n"
        cases = {
            b"nonsense\r\n\r\n": 400,
            b"GET / HTTP/9.9\r\n\r\n": 400,
            b"G\x00T / HTTP/1.1\r\n\r\n": 400,
            b"GET /healthz HTTP/1.1\r\nBad Header: x\r\n\r\n": 400,
            b"GET /healthz HTTP/1.1\r\nA: " + b"a" * 5000 + b"\r\n\r\n": 431,
            head + b"Content-Length: x\r\n\r\n": 400,
            head + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello": 400,
            head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello": 400,
            head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n": 400,
            head + b"Transfer-Encoding: gzip\r\n\r\nGET / HTTP/1.1\r\n\r\n": 400,
            head + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n": 400,
            head.replace(b"HTTP/1.1", b"HTTP/1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n": 400,
            head + b"Content-Length: 99999999999\r\n\r\n": 413,
            head + b"Content-Length: 1048577\r\n\r\n" + b"a" * 1048577: 413,
            head + b"Transfer-Encoding: chunked\r\n\r\n" + b"100000\r\n" + b"a" * 1048576 + b"\r\n1\r\na\r\n0\r\n\r\n": 413,
            head + b"Content-Length: 5\r\n\r\n{}": 408,
            b"GET /healthz HTTP/1.1\r\nHost": 408,
            b"TRACE /v1/decisions HTTP/1.1\r\nHost: x\r\n\r\n": 405,
            b"GET /healthz HTTP/1.1\r\n\r\n": 400,
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n": 400,
            b"GET /healthz HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n": 400,
            b"GET /healthz HTTP/1.1\r\nHost: x/y\r\n\r\n": 400,
            b"GET /healthz HTTP/1.1\r\nHost: \xff\r\n\r\n": 400,
            b"GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n": 200,
            b"GET /healthz HTTP/1.0\r\n\r\n": 200,
            head + b"Authorization: Bearer " + key + b"\r\nContent-Length: 2\r\n\r\n{}": 400,
            b"GET http://evil/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n": 400,
            b"GET /../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n": 404,
        }
        for data, status in cases.items():
            got = self.server.raw(data, finish=status == 405)
            self.assertTrue(got.startswith(b"HTTP/1.1 %d " % status), (data[:80], got[:200]))
            body, _ = json.JSONDecoder().raw_decode(got.split(b"\r\n\r\n", 1)[1].decode())
            self.assertEqual(body.get("status", 200), status)
        self.assertEqual(self.server.decide(turn(1))[0], 200)

    def test_the_language_of_a_broken_turn_is_its_own_as_far_as_it_could_be_read_and_else_the_headers(self):
        of = {"zh": "^[^a-z]*[一-龥]", "en": "^[A-Z]"}
        for header in of:
            for body, language in ((b'{"language":"zh", oops', "zh"), (b'{"language":"en", oops', "en"), (b"oops", header),
                                   (b'{"id":oops,"language":"zh"', header)):
                said = of[language]
                status, _, text = self.server.ask("POST", "/v1/decisions", body, headers={"Accept-Language": header})
                problem = json.loads(text)
                self.assertEqual((status, problem["code"]), (400, "not_json"))
                for words in (problem["title"], problem["say"]["text"]):
                    self.assertRegex(words, said, (header, body))

    def test_an_id_that_is_not_utf_8_is_refused_and_the_server_goes_on_serving(self):
        tried = 0
        for path, operations in self.server.description.document["paths"].items():
            if "{" not in path:
                continue
            for bytes_ in ("%ff", "a%C3", "%ED%A0%80"):
                for method in operations:
                    target = re.sub(r"\{[^}]*\}", bytes_, path)
                    for role in ("bot", "agent", "auditor"):
                        status, _, text = self.server.ask(method.upper(), target, {} if method == "post" else None, role=role,
                                                          headers={"If-Match": '"1"'})
                        self.assertEqual((target, status, json.loads(text.decode())["code"]), (target, 400, "bad_utf8"))
                        tried += 1
        self.assertGreater(tried, 60)
        status, _, text = self.server.ask("POST", "/v1/handoffs/x/take", {}, role="agent", headers={"If-Match": b'"\xff"'})
        self.assertEqual((status, json.loads(text.decode())["code"]), (400, "bad_utf8"))
        self.assertIsNone(self.server.process.poll())
        self.assertEqual(self.server.decide(turn(1))[0], 200)

    def test_slow_and_half_open_senders_keep_nobody_waiting(self):
        opened = []
        for number in range(50):
            sock = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
            sock.sendall(b"POST /v1/decisions HTTP/1.1\r\nHost: x\r\n"[: number % 40])
            opened.append(sock)
        for number in range(20):
            self.assertEqual(self.server.decide(turn(number))[0], 200)
        for number, sock in enumerate(opened):  # each is told, and closed
            got = b""
            try:
                while number % 40 and (piece := sock.recv(4096)):
                    got += piece
            except ConnectionResetError:
                pass
            if number % 40:
                self.assertTrue(got.startswith(b"HTTP/1.1 408 "), got[:100])
            sock.close()

    def test_idle_connections_cost_little_and_one_too_many_is_told_so(self):
        before = self.server.resident()
        opened = [socket.create_connection(("127.0.0.1", self.server.port), timeout=60) for _ in range(IDLE)]
        self.assertEqual(self.server.decide(turn(1))[0], 200)
        cost = self.server.resident() - before
        print(f"{IDLE} idle connections: {cost / IDLE / 1024:.1f} KiB each, {self.server.resident() >> 20} MiB in all", file=sys.stderr)
        self.assertLess(cost, IDLE * 64 * 1024 + (16 << 20))
        more = [socket.create_connection(("127.0.0.1", self.server.port), timeout=60) for _ in range(110)]
        refused = 0
        for sock in more:
            sock.setblocking(False)
        for sock in reversed(more):
            sock.setblocking(True)
            sock.settimeout(60)
            got = sock.recv(4096)
            self.assertTrue(got.startswith(b"HTTP/1.1 503 "), got[:80])
            self.assertIn(b'"code":"overloaded"', got)
            refused += 1
            if refused == 5:
                break
        for sock in opened + more:
            sock.close()
        until(lambda: self.server.ask("GET", "/healthz", role=None)[0] == 200)


class Reloads(Served):
    def test_no_turn_is_lost_or_decided_by_half_a_set_while_packs_change_and_every_tenth_is_broken(self):
        pack = self.server.rules / "pack.cav"
        good = pack.read_text(encoding="utf-8")
        stop = threading.Event()
        wrong, seen, count = [], set(), [0]
        lock = threading.Lock()

        def load(worker):
            connection = self.server.connection()
            number = 0
            while not stop.is_set():
                number += 1
                status, _, text = self.server.ask("POST", "/v1/decisions", turn(worker * 1000000 + number),
                                                  connection=connection)
                body = json.loads(text)
                with lock:
                    count[0] += 1
                    if status != 200:
                        wrong.append(body)
                    else:
                        seen.add((body["packs"][0]["version"], body["packs"][0]["digest"]))
            connection.close()

        served = {}
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            loads = [pool.submit(load, worker) for worker in range(4)]
            try:
                for number in range(1, RELOADS + 1):
                    broken = number % 10 == 0
                    text = good.replace('version "1"', f'version "{number}"')
                    pack.write_text(text + ("\nrule broken\n" if broken else ""), encoding="utf-8")
                    status, _, answer = self.server.ask("POST", "/v1/reload", {}, role="activator")
                    body = json.loads(answer)
                    if broken:
                        self.assertEqual((status, body["code"]), (422, "diagnostics"))
                        self.assertGreater(len(body["diagnostics"]), 0)
                        packs = json.loads(self.server.ask("GET", "/v1/packs", role=None)[2])
                        self.assertEqual(packs["active"][0]["version"], str(number - 1))
                    else:
                        self.assertEqual((status, body["active"][0]["version"]), (200, str(number)))
                        served[str(number)] = body["active"][0]["digest"]
            finally:
                stop.set()
            for one in loads:
                one.result()  # a turn that was not answered is thrown here
        self.assertEqual(wrong, [])
        served["1"] = served.get("1")
        for version, digest in seen:
            self.assertEqual(digest, served[version])
        metrics = self.server.ask("GET", "/metrics", role=None)[2].decode()
        self.assertIn(f'caveat_reloads_total{{result="refused"}} {RELOADS // 10}\n', metrics)
        print(f"{RELOADS} reloads, {count[0]} turns decided, by {len(seen)} versions", file=sys.stderr)

    def test_folders_of_the_configuration_count_at_once_and_what_does_not_is_named(self):
        def change(old, new):
            text = self.server.config.read_text(encoding="utf-8")
            self.assertIn(old, text)
            self.server.config.write_text(text.replace(old, new), encoding="utf-8")

        def reload(**headers):
            status, _, text = self.server.ask("POST", "/v1/reload", {}, role="activator", headers=headers)
            return status, json.loads(text)

        odd = {"about": "callers.queues", "say": "agent is an agent with no queue: no hand-off that waits is shown to it"}
        self.assertEqual(reload()[1]["notes"], [odd])
        callers = self.server.folder / "log.callers.toml"
        text = callers.read_text(encoding="utf-8")
        callers.write_text(text.replace('roles = ["agent"]\n', 'roles = ["agent"]\nqueues = ["*"]\n'), encoding="utf-8")
        self.assertEqual(reload()[1]["notes"], [])
        other = self.server.folder / "other"
        shutil.copytree(self.server.rules, other)
        pack = other / "pack.cav"
        pack.write_text(pack.read_text(encoding="utf-8").replace("pack my.first", "pack my.other"), encoding="utf-8")
        change('folders = ["rules"]', 'folders = ["other"]')
        change('deadline = "60 s"', 'deadline = "50 s"')
        change('listen = "127.0.0.1:0"', 'listen = "127.0.0.1:0"\nsocket = "other.sock"')
        self.server.make_key("li.wei", "agent", "--queue", "service_dsk,service_desk", "--jurisdiction", "cn")
        status, done = reload()
        self.assertEqual((status, [pack["name"] for pack in done["active"]]), (200, ["my.other"]))
        self.assertEqual([note["about"] for note in done["notes"]], ["gate.deadline", "http.socket", "callers.queues", "callers.jurisdictions"])
        self.assertEqual(done["notes"][0]["say"], "[gate] deadline was changed: it counts after a restart")
        self.assertRegex(done["notes"][2]["say"], "li.wei is to see the queue .*did you mean service_desk")
        self.assertRegex(reload(**{"Accept-Language": "zh"})[1]["notes"][0]["say"], "重启后生效")
        self.assertEqual(self.server.decide(turn(1))[2]["packs"][0]["name"], "my.other")
        lines = [json.loads(line) for line in self.server.operation.read_text(encoding="utf-8").splitlines()]
        self.assertIn("gate.deadline", [line.get("key") for line in lines if line["event"] == "restart_needed"])
        self.assertRegex(done["notes"][3]["say"], 'li.wei is of jurisdiction "cn".*did you mean CN')
        self.assertEqual(["service_dsk", "cn"], [line.get("name") for line in lines if line["event"] == "caller_unseen" and line.get("name")][:2])
        # a folder that is not there changes nothing
        change('folders = ["other"]', 'folders = ["nowhere"]')
        self.assertEqual(reload()[0], 422)
        self.assertEqual(self.server.decide(turn(2))[2]["packs"][0]["name"], "my.other")
        self.server.stop()
        change('folders = ["nowhere"]', 'folders = ["other"]')
        self.server.start()
        self.assertEqual(reload()[1]["notes"][:-2], [])  # after a restart all of it counts

    def test_sighup_does_the_same(self):
        pack = self.server.rules / "pack.cav"
        pack.write_text(pack.read_text(encoding="utf-8").replace('version "1"', 'version "2"'), encoding="utf-8")
        self.server.process.send_signal(signal.SIGHUP)
        until(lambda: json.loads(self.server.ask("GET", "/v1/packs", role=None)[2])["active"][0]["version"] == "2")
        packs = json.loads(self.server.ask("GET", "/v1/packs", role=None)[2])
        self.assertEqual([pack["version"] for pack in packs["previous"]], ["1"])
        # One that is refused tells the operational log, which is all that is read after a signal, where and how much.
        text = pack.read_text(encoding="utf-8")
        pack.write_text(text + "rule\n", encoding="utf-8")
        self.server.process.send_signal(signal.SIGHUP)
        until(lambda: '"reload_refused"' in self.server.operation.read_text())
        (line,) = [json.loads(line) for line in self.server.operation.read_text().splitlines() if '"reload_refused"' in line]
        self.assertRegex(line["first"], rf"pack\.cav:{len(text.splitlines()) + 1}$")
        self.assertGreaterEqual(line["mistakes"], 1)


SHOP = """pack shop
  time zone "UTC"
  version "1"
  default queue shop_desk
queue shop_desk
  due 60 seconds
  say en "A person will be with you." zh "正在转接。"
source HOUSE is policy "House rules"
data shelf keyed by product.id, review by 2026-01-31
facts product from shelf
  shelf_risk one of low, high
  shelf_label text
rule nothing_risky
  cites HOUSE
  applies to recommendation
  when product.shelf_risk is high
  then block
    say en "Not that one." zh "此产品不可推荐。"
"""


class ReferenceSets(Served):
    """A product catalogue that is exchanged while the server runs."""

    def setUp(self):
        super().setUp()
        shop = self.server.rules / "shop"
        shop.mkdir()
        (shop / "pack.cav").write_text(SHOP, encoding="utf-8")
        self.set = shop / "shelf.data.csv"
        self.count = 0
        self.server.make_key("teller", "bot", "--source", "crm")  # counts from the next reload

    def put(self, rows):
        text = "# version 7\nid,shelf_risk,shelf_label\n" + rows
        self.set.write_text(text, encoding="utf-8")
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def reload(self):
        status, _, text = self.server.ask("POST", "/v1/reload", {}, role="activator")
        return status, json.loads(text)

    def recommend(self, product, number=None, **facts):
        self.count += 1
        return self.server.decide({"id": f"r-{number or self.count}", "customer": {"id": "k", "age": 40},
                                   "recommendation": {"products": [{"id": product, **facts}]}}, role="teller")

    def test_a_set_is_exchanged_by_a_reload_and_a_broken_one_changes_nothing(self):
        first = self.put("p-1,low,One\np-2,high,Two\n")
        status, told = self.reload()
        self.assertEqual(status, 200)
        self.assertEqual([(one["name"], one["version"], one["digest"], one["overdue"]) for one in told["data"]],
                         [("shelf", "7", first, True)])  # its day of review has long passed
        status, _, body = self.recommend("p-1", number="kept")
        self.assertEqual((status, body["verdict"]), (200, "allow"))
        self.assertEqual(body["data"], [{"name": "shelf", "version": "7", "digest": first, "overdue": True}])
        self.assertEqual(self.recommend("p-2")[2]["verdict"], "block")
        _, _, unlisted = self.recommend("p-3", shelf_risk="low")  # a caller's word for it is none
        self.assertEqual(unlisted["verdict"], "handoff")
        self.assertEqual(self.recommend("p-2", shelf_label="Two", shelf_risk="high")[2]["verdict"], "block")
        status, _, refused = self.recommend("p-2", shelf_risk="low")
        self.assertEqual((status, refused["code"], refused["verdict"]), (422, "conflict", "handoff"))
        self.assertEqual(refused["errors"][0]["path"], "/recommendation/products/0/shelf_risk")

        self.put("p-1,highest,One\n")
        status, told = self.reload()
        self.assertEqual((status, told["code"]), (422, "diagnostics"))
        self.assertEqual([(one["code"], one["place"]["line"], one["place"]["column"]) for one in told["diagnostics"]],
                         [("bad_data", 3, 5)])
        self.assertEqual(self.recommend("p-1")[2]["data"][0]["digest"], first)

        second = self.put("p-1,high,One\n")
        self.server.process.send_signal(signal.SIGHUP)
        until(lambda: json.loads(self.server.ask("GET", "/v1/packs", role=None)[2])["data"][0]["digest"] == second)
        self.assertEqual(self.recommend("p-1")[2]["verdict"], "block")
        again = self.recommend("p-1", number="kept")[2]  # what was answered stays answered
        self.assertEqual((again["verdict"], again["data"][0]["digest"]), ("allow", first))

        self.set.unlink()
        self.assertEqual(self.reload()[1]["data"], [])
        self.assertEqual(self.recommend("p-1", shelf_risk="low")[2]["code"], "fact_source")
        shutil.rmtree(self.set.parent)
        self.assertEqual(self.reload()[0], 200)
        self.server.stop()
        found = subprocess.run([BINARY, "log", "search", self.server.log, "--from", "2020-01-01", "--json"], capture_output=True,
                               text=True, check=True)
        kinds = [json.loads(line)["kind"] for line in found.stdout.splitlines()]
        self.assertEqual((kinds.count("data_activated"), kinds.count("data_withdrawn"), kinds.count("pack_withdrawn")), (2, 1, 1))
        self.assertEqual(self.server.verify().returncode, 0)

    def test_a_product_that_an_answer_only_names_is_what_the_set_says_of_it_now(self):
        (self.set.parent / "pack.cav").write_text(
            SHOP.replace("keyed by product.id,", "keyed by product.id, named by product.shelf_label,")
                .replace("applies to recommendation", "applies to answer, recommendation"), encoding="utf-8")
        self.put("p-1,low,Growth\np-2,high,Growth Plus\np-3,low,\n")
        self.assertEqual(self.reload()[0], 200)

        def say(text, **more):
            self.count += 1
            return self.server.decide({"id": f"n-{self.count}", "customer": {"id": "k", "age": 40}, "answer": {"text": text}, **more},
                                      role="teller")[2]

        self.assertEqual(say("Take Growth.")["verdict"], "allow")
        said = say("You might take ＧＲＯＷＴＨ　Plus.")
        self.assertEqual((said["verdict"], said["say"]["text"]), ("block", "Not that one."))
        self.assertEqual([(one["rule"], one["item"]) for one in said["reasons"]], [("shop/nothing_risky", "p-2")])
        self.assertEqual(said["products"], [])  # it is named, and not recommended
        beside = say("Growth, or Growth Plus.", recommendation={"products": [{"id": "p-1"}]})
        self.assertEqual((beside["verdict"], [(one["id"], one["verdict"]) for one in beside["products"]]), ("block", [("p-1", "allow")]))
        self.put("p-1,high,Growth\np-2,low,Growth Plus\n")
        self.assertEqual(self.reload()[0], 200)
        self.assertEqual(say("Take Growth.")["verdict"], "block")
        self.assertEqual(say("Take Growth Plus.")["verdict"], "allow")
        self.server.stop()
        self.assertEqual(self.server.verify().returncode, 0)
        told = subprocess.run([BINARY, "log", "show", self.server.log, "--index", str(said["receipt"]["index"])], capture_output=True, text=True,
                              check=True).stdout
        self.assertIn("p-2", told)

    def test_the_digest_of_a_set_with_secrets_is_nothing_that_an_auditor_can_try_his_guesses_on(self):
        self.put("p-1,low,One\n")
        pack = self.set.parent / "pack.cav"
        digests = {}
        for secret in (False, True):
            pack.write_text(SHOP.replace("queue shop_desk\nqueue", "queue shop_desk\n  data classes C1 < C2 < C3\nqueue")
                            .replace("shelf_label text", "shelf_label text, data class C3" if secret else "shelf_label text"), encoding="utf-8")
            status, told = self.reload()
            self.assertEqual(status, 200, told)
            _, _, text = self.server.ask("POST", "/v1/log/search", {"from": "2020-01-01"}, role="auditor")
            digests[secret] = [one["event"]["digest"] for one in json.loads(text)["items"] if one["kind"] == "data_activated"]
        plain = hashlib.sha256(self.set.read_bytes()).hexdigest()
        self.assertEqual(digests[False], [plain])
        self.assertEqual(len(digests[True]), 2)  # it came into force once more, as a secret
        self.assertNotEqual(digests[True][1], plain)
        self.server.stop()
        self.assertEqual(self.server.verify().returncode, 0)

    def test_a_set_may_lie_in_a_folder_that_the_configuration_names_and_doctor_tells_of_it(self):
        self.server.stop()
        config = self.server.config.read_text(encoding="utf-8")

        def doctor():
            said = subprocess.run([BINARY, "doctor", "--config", self.server.config], capture_output=True, text=True, check=False)
            return [line for line in said.stdout.splitlines() if "data:" in line]
        self.assertEqual(doctor(), ["[!] data: shelf: no file; callers state its facts"])
        sets = self.server.folder / "sets"
        sets.mkdir()
        self.put("p-1,high,One\n")
        self.set.rename(sets / "shelf.data.csv")
        self.server.config.write_text(config + '[data]\nfolders = ["sets"]\n', encoding="utf-8")
        self.assertEqual(doctor(), ["[!] data: shelf: should have been reviewed by 2026-01-31"])
        self.server.start()
        self.assertEqual(self.recommend("p-1")[2]["verdict"], "block")


class Together(Served):
    def test_the_same_ids_at_once_give_one_record_and_equal_replies(self):
        barrier = threading.Barrier(16)

        def ask(_):
            barrier.wait()
            return [self.server.decide(turn(number))[2] for number in range(10)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            replies = list(pool.map(ask, range(16)))
        for other in replies[1:]:
            self.assertEqual(other, replies[0])
        records = self.server.ask("GET", "/metrics", role=None)[2].decode()
        # one record of the packs that came into force, ten decisions
        self.assertIn("\ncaveat_log_records 11\n", records)

    def test_whatever_64_callers_were_answered_is_in_the_log_after_a_kill(self):
        answered = []
        lock = threading.Lock()
        enough = threading.Event()

        def load(worker):
            connection = self.server.connection()
            try:
                for number in range(100000):
                    one = turn(worker * 1000000 + number, "You cannot lose." if number % 3 == 0 else "There is risk.")
                    status, _, text = self.server.ask("POST", "/v1/decisions", one, connection=connection)
                    with lock:
                        answered.append((one, status, json.loads(text)))
                        if len(answered) > 400:
                            enough.set()
            except (ConnectionError, http.client.HTTPException, OSError):
                pass
            finally:
                connection.close()
        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            loads = [pool.submit(load, worker) for worker in range(64)]
            enough.wait()
            self.server.stop(signal.SIGKILL)
            for one in loads:
                one.result()
        verified = self.server.verify()
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.server.start()  # over the socket that was left behind, too
        for one, status, body in answered:
            self.assertEqual(status, 200)
            again = self.server.decide(one)
            self.assertEqual(again[2], body)
            self.assertEqual(again[1].get("caveat-replayed"), "?1")
        print(f"{len(answered)} turns answered before the kill, all in the log", file=sys.stderr)


class Desk(Served):
    """Hand-offs over HTTP: the state machine itself is the gate's (tests/adapters/gate)."""

    def setUp(self):
        super().setUp()
        self.server.make_key("li.wei", "agent", "--queue", "service_desk")
        self.server.make_key("other", "agent", "--queue", "another_desk")
        self.server.make_key("crm-bot", "bot", "--source", "*")
        self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 200)

    def get(self, path, role):
        status, headers, text = self.server.ask("GET", path, role=role)
        return status, headers, json.loads(text)

    def hand_off(self, number="1"):
        minor = {"id": f"minor-{number}", "conversation": {"id": f"canary-c-{number}"}, "customer": {"id": f"canary-k-{number}", "age": 17},
                 "answer": {"text": "Have a look at this one."}, "recommendation": {"products": [{"id": "p1", "name": "稳健成长"}]}}
        status, _, body = self.server.decide(minor, role="crm-bot")
        self.assertEqual((status, body["verdict"]), (200, "handoff"), body)
        return body

    def test_what_an_agent_holds_whose_key_is_taken_away_is_taken_by_another_of_its_queue(self):
        handoff = self.hand_off()["handoff"]["id"]
        self.server.make_key("zhang", "agent", "--queue", "service_desk")
        take = ("POST", f"/v1/handoffs/{handoff}/take", {})
        self.assertEqual(self.server.ask(*take, role="li.wei", headers={"If-Match": "*"})[0], 200)
        callers = self.server.folder / "log.callers.toml"
        tables = callers.read_text(encoding="utf-8").split("[[callers]]")
        callers.write_text("[[callers]]".join(one for one in tables if '"li.wei"' not in one), encoding="utf-8")

        def doctor():
            said = subprocess.run([BINARY, "doctor", "--config", self.server.config], capture_output=True, text=True, check=False)
            return [line for line in said.stdout.splitlines() if "handoffs:" in line]
        says = f"the hand-off {handoff} is held by li.wei, who is no agent any more: any agent of the queue service_desk may take it"
        self.assertEqual(doctor(), [f"[!] handoffs: {says}"])
        status, _, text = self.server.ask("POST", "/v1/reload", {}, role="activator")
        self.assertEqual((status, json.loads(text)["notes"][2:]), (200, [{"about": f"handoffs/{handoff}", "say": says}]))
        self.assertIn('"event":"handoff_orphaned"', self.server.operation.read_text(encoding="utf-8"))
        self.assertEqual(self.server.ask(*take, role="other", headers={"If-Match": "*"})[0], 403)
        self.assertEqual(self.server.ask(*take, role="zhang", headers={"If-Match": "*"})[0], 200)
        self.assertEqual(doctor(), [])
        close = {"outcome": "unreachable", "note": "n", "customer_agreed": True}
        self.assertEqual(self.server.ask("POST", f"/v1/handoffs/{handoff}/close", close, role="zhang", headers={"If-Match": "*"})[0], 200)
        self.assertEqual(self.get("/v1/conversations/canary-c-1", "crm-bot")[2]["state"], "bot")

    def test_a_conversation_whose_id_has_a_slash_is_asked_for_and_a_target_may_be_in_absolute_form(self):
        self.hand_off("a/b")
        path = "/v1/conversations/canary-c-a%2Fb"
        self.assertEqual(self.get(path, "crm-bot")[2]["state"], "waiting")
        key = self.server.keys["crm-bot"]
        for host, status in (("gate", b"200"), ("other", b"400")):
            got = self.server.raw((f"GET http://{host}{path} HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer {key}\r\n"
                                   "Connection: close\r\n\r\n").encode())
            self.assertEqual(got.split(b" ")[1], status)

    def test_no_key_is_both_the_bots_and_a_persons(self):
        made = subprocess.run([BINARY, "keys", "caller", "both", "--role", "bot,agent", "--log", self.server.log], capture_output=True,
                              text=True, check=False)
        self.assertEqual((made.returncode, made.stdout), (2, ""))
        self.assertIn("one key is not both bot and agent", made.stderr)
        callers = self.server.folder / "log.callers.toml"
        text = callers.read_text(encoding="utf-8")
        callers.write_text(text.replace('roles = ["bot"]', 'roles = ["bot", "agent"]', 1), encoding="utf-8")
        status, _, body = self.server.ask("POST", "/v1/reload", {}, role="activator")
        self.assertEqual((status, json.loads(body)["errors"][0]["expected"]),
                         (422, "a key for the bot and another for the person who takes over from it"))
        said = subprocess.run([BINARY, "doctor", "--config", self.server.config, "--language", "zh"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(said.returncode, 1)
        self.assertIn("机器人与接手人员各用一把密钥", said.stdout)
        self.server.stop()
        refused = subprocess.run([BINARY, "serve", "--config", self.server.config], capture_output=True, text=True, check=False, timeout=300)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("a key for the bot and another for the person", refused.stderr)

    def test_a_hand_off_holds_until_a_person_ends_it_and_the_bot_cannot(self):
        handoff = self.hand_off()["handoff"]["id"]
        self.assertEqual(self.get("/v1/conversations/canary-c-1", "crm-bot")[2]["state"], "waiting")
        held = turn(5)
        held["conversation"], held["customer"] = {"id": "canary-c-1"}, {"id": "canary-k-1"}
        self.assertEqual(self.server.decide(held, role="crm-bot")[2]["verdict"], "handoff")
        self.assertEqual(self.server.ask("POST", f"/v1/handoffs/{handoff}/close", {}, role="crm-bot")[0], 403)
        status, headers, listed = self.get("/v1/handoffs", "li.wei")
        self.assertEqual((status, [one["id"] for one in listed["items"]]), (200, [handoff]))
        self.assertEqual(self.get("/v1/handoffs", "other")[2]["items"], [])
        self.assertIn(self.get(f"/v1/handoffs/{handoff}", "other")[0], (403, 404))
        status, headers, ticket = self.get(f"/v1/handoffs/{handoff}", "li.wei")
        self.assertEqual(status, 200)
        tag = headers["etag"]
        self.assertEqual(self.server.ask("POST", f"/v1/handoffs/{handoff}/take", {}, role="li.wei")[0], 428)
        self.assertEqual(self.server.ask("POST", f"/v1/handoffs/{handoff}/take", {}, role="li.wei", headers={"If-Match": '"999"'})[0], 412)
        status, headers, _ = self.server.ask("POST", f"/v1/handoffs/{handoff}/take", {}, role="li.wei", headers={"If-Match": f'"999", {tag}'})
        self.assertEqual(status, 200)
        self.assertEqual(self.get("/v1/conversations/canary-c-1", "crm-bot")[2]["state"], "person")
        status, _, text = self.server.ask("POST", f"/v1/handoffs/{handoff}/close", {"outcome": "resolved", "note": "done", "conversation_to": "bot"},
                                          role="li.wei", headers={"If-Match": headers["etag"]})
        self.assertEqual((status, json.loads(text)["code"]), (409, "consent"))
        status, _, text = self.server.ask("POST", f"/v1/handoffs/{handoff}/close",
                                          {"outcome": "resolved", "note": "done", "conversation_to": "bot", "customer_agreed": True},
                                          role="li.wei", headers={"If-Match": headers["etag"]})
        self.assertEqual(status, 200, text)
        self.assertEqual(self.get("/v1/conversations/canary-c-1", "crm-bot")[2]["state"], "bot")

    def test_an_agent_reads_and_comments_the_decisions_of_his_hand_offs_and_no_others(self):
        opened = self.hand_off()
        plain = self.server.decide(turn(6), role="crm-bot")[2]
        for decision, codes in ((opened["decision"], {"li.wei": 200, "other": 403, "auditor": 200, "crm-bot": 200}),
                                (plain["decision"], {"li.wei": 403, "other": 403, "auditor": 200, "crm-bot": 200})):
            for role, code in codes.items():
                for path in ("", "/explanation?for=officer"):
                    status, _, body = self.get(f"/v1/decisions/{decision}{path}", role)
                    self.assertEqual(status, code, (role, body))
                if role != "auditor":
                    status, _, text = self.server.ask("POST", "/v1/feedback", {"decision": decision, "kind": "false alarm"}, role=role)
                    self.assertEqual(status, 201 if code == 200 else code, (role, text))
        status, _, text = self.server.ask("POST", "/v1/decisions?x=1", {"id": "t-9", "answer": {"text": "hello", "autor": "x"}, "at": "2020-01-01T00:00:00Z"},
                                          role="li.wei", headers={"Idempotency-Key": "t-8", "Caveat-Deadline-Ms": "soon"})
        body = json.loads(text)
        self.assertEqual((status, body["code"], body["verdict"]), (400, "id_mismatch", "handoff"), body)
        self.assertEqual([error["path"] for error in body["errors"]], ["/id", "/at", "", "", "/answer/autor"], body)

    def test_a_package_by_a_server_has_the_rules_that_it_decides_with_if_they_are_asked_for(self):
        self.server.decide(turn(1), role="crm-bot")

        def packed(name, body):
            status, headers, content = self.server.ask("POST", "/v1/reports", body, role="auditor")
            self.assertEqual(status, 200, content)
            path = pathlib.Path(self.folder, name)
            path.write_bytes(content)
            path.with_suffix(".zip.receipt").write_bytes(base64.b64decode(headers["caveat-receipt"]))
            with zipfile.ZipFile(path) as archive:
                return {one: archive.read(one) for one in archive.namelist()}
        with_them = packed("with.zip", {"format": "zip", "packs": True})
        packs = json.loads(with_them["manifest.json"])["packs"]
        self.assertTrue(packs)
        for pack in packs:
            self.assertEqual(pack["text"], "here")
            self.assertEqual(hashlib.sha256(with_them[f"packs/{pack['sha256']}.cbor"]).hexdigest(), pack["sha256"])
        read = {one.read_bytes() for one in pathlib.Path(self.server.rules).rglob("*.cav")}
        self.assertLessEqual({data for name, data in with_them.items() if name.endswith(".cav")}, read)
        for body in ({"format": "zip"}, {"format": "zip", "packs": False}):
            self.assertEqual([name for name in packed("without.zip", body) if name.startswith("packs/")], [])
        status, _, text = self.server.ask("POST", "/v1/reports", {"format": "html", "packs": True}, role="auditor")
        self.assertEqual((status, [one["path"] for one in json.loads(text)["errors"]]), (422, ["/packs"]), text)
        key = self.server.folder / "log.keys" / "log.vkey"
        for language, shown in (("en", "16 ✓ The rules"), ("zh", "16 ✓ 据以作出各决定的规则")):
            done = subprocess.run([BINARY, "verify", f"{self.folder}/with.zip", "--key", key, "--language", language], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, shown in done.stdout), (0, True), done.stdout)
        # The command line asks the server, which has rules of its own.
        def asked(code, *more, folder=self.server.rules):
            done = subprocess.run([BINARY, "report", self.server.log, "--packs", folder, "--out", f"{self.folder}/asked.zip", *more], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
            return done.stdout + done.stderr
        self.assertIn("nowhere", asked(4, folder="nowhere"))
        self.assertFalse(pathlib.Path(self.folder, "asked.zip").exists())
        self.assertIn("the packs that it decides with", asked(0))
        with zipfile.ZipFile(f"{self.folder}/asked.zip") as archive:
            self.assertTrue([name for name in archive.namelist() if name.endswith(".cbor")])
        said = json.loads(asked(0, "--json"))
        self.assertEqual((said["packs_by_server"], said["packs_left_out"]), (True, []), said)
        # Those of before are not among them: each is named.
        pack = self.server.rules / "pack.cav"
        pack.write_text(pack.read_text(encoding="utf-8").replace('version "1"', 'version "2"'), encoding="utf-8")
        self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 200)
        gone = [{"name": one["name"], "version": one["version"], "digest": one["sha256"], "why": "missing"} for one in packs]
        self.assertEqual(json.loads(asked(0, "--json"))["packs_left_out"], gone)
        for language, words in (("en", "is not among the packs that the server decides with"), ("zh", "不在服务当前使用的规则包中")):
            said = asked(0, "--language", language)
            self.assertIn(words, said)
            self.assertIn(gone[0]["digest"], said)

    def test_who_is_newly_named_by_a_confidential_rule_finds_by_its_name_no_record_of_before(self):
        rules = """pack test.bars
  version "1"
  default queue service_desk
use {}
source TEST is policy "Test"
rule bars en "seen" zh "看" cites TEST applies to message confidential {}
  when message contains "gold bars" then hand off to service_desk
"""
        first = re.search(r"(?:pack|规则包) ([\w.]+)", next(pathlib.Path(self.server.rules).rglob("pack.cav")).read_text(encoding="utf-8"))[1]
        folder = pathlib.Path(self.server.rules, "bars")
        folder.mkdir()

        def judged(number, named):
            (folder / "pack.cav").write_text(rules.format(first, named), encoding="utf-8")
            self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 200)
            return self.server.decide(turn(number, message={"text": "gold bars"}), role="crm-bot")[2]["decision"]

        def asked(**more):
            body = {"rule": "test.bars/bars", **more}
            status, _, text = self.server.ask("POST", "/v1/log/search", body, role="auditor", headers={"Accept-Language": "en"})
            reported, headers, _ = self.server.ask("POST", "/v1/reports", {"format": "zip", **body}, role="auditor")
            self.assertEqual(reported, status)
            found = json.loads(text)
            self.assertEqual(headers.get("caveat-decisions"), str(found["found"]) if status == 200 else None)
            return found if status == 200 else found["errors"]
        decisions = [judged(1, ""), judged(2, "visible to agent"), judged(3, "visible to auditor"), judged(4, "visible to auditor")]
        self.assertEqual(["seen" in json.dumps(self.get(f"/v1/decisions/{one}", "auditor")[2]) for one in decisions], [False, False, True, True])
        refused = asked()
        self.assertEqual([one["path"] for one in refused], ["/from"])
        since = re.search(r"\S+Z", refused[0]["expected"])[0]
        self.assertEqual(asked(**{"from": since})["found"], 2)
        self.assertEqual([one["path"] for one in asked(to=since)], ["/from"])
        judged(5, "")  # and who is named no more finds none
        self.assertEqual(asked()["found"], 0)
        local = subprocess.run([BINARY, "log", "search", self.server.log, "--copy", "--rule", "test.bars/bars"], capture_output=True, text=True, check=True)
        self.assertEqual(len(local.stdout.splitlines()), 5)

    def test_a_confidential_rule_shows_to_the_roles_that_it_names_and_to_no_other(self):
        """The same rules in both phrasings: the auditor's and the agent's, beside one that names nobody."""
        rules = {"en": """
rule for_{role} en "seen by {role}" zh "{role}可见" cites TEST applies to message confidential {named}
  when message contains "gold bars" then hand off to service_desk because en "bars for {role}" zh "{role}看金条"
""", "zh": """
规则 for_{role} 英文 “seen by {role}” 中文 “{role}可见” 依据 TEST 适用于 消息 保密 {named}
  当 消息 包含 “gold bars” 则 转人工 至 service_desk 理由 英文 “bars for {role}” 中文 “{role}看金条”
"""}
        head = {"en": "pack test.bars\n  version \"1\"\n  default queue service_desk\nuse {pack}\nsource TEST is policy \"Test\"\n",
                "zh": "规则包 test.bars\n  版本 “1”\n  默认队列 service_desk\n引用 {pack}\n法源 TEST 为 行内制度 “Test”\n"}
        visible = {"en": "visible to", "zh": "可见范围"}
        first = re.search(r"(?:pack|规则包) ([\w.]+)", next(pathlib.Path(self.server.rules).rglob("pack.cav")).read_text(encoding="utf-8"))[1]
        folder = pathlib.Path(self.server.rules, "bars")
        folder.mkdir()
        for number, phrasing in enumerate(("en", "zh")):
            (folder / "pack.cav").write_text(head[phrasing].format(pack=first) + "".join(
                rules[phrasing].format(role=role, named=named and f"{visible[phrasing]} {named}")
                for role, named in (("auditor", "auditor"), ("agent", "agent"), ("nobody", ""))), encoding="utf-8")
            status, _, text = self.server.ask("POST", "/v1/reload", {}, role="activator")
            self.assertEqual(status, 200, text)
            answered = self.server.decide(turn(number, message={"text": "gold bars"}), role="crm-bot")[2]
            self.assertNotIn("_auditor", json.dumps(answered))
            decision, handoff = answered["decision"], answered["handoff"]["id"]
            for language, why in (("en", "bars for {}"), ("zh", "{}看金条")):
                def seen(text):
                    return [role for role in ("auditor", "agent", "nobody") if why.format(role) in text]
                for role, sees in (("auditor", ["auditor"]), ("li.wei", ["agent"]), ("crm-bot", [])):
                    for path in (f"/v1/decisions/{decision}", f"/v1/decisions/{decision}/explanation?for=officer&language={language}"):
                        text = self.server.ask("GET", path, role=role, headers={"Accept-Language": language})[2].decode()
                        self.assertEqual(seen(text), sees, (role, path, text))
                    text = self.server.ask("GET", f"/v1/decisions/{decision}/explanation?for=customer&language={language}", role=role)[2].decode()
                    self.assertEqual(seen(text), [])
                text = self.server.ask("GET", f"/v1/handoffs/{handoff}", role="li.wei", headers={"Accept-Language": language})[2].decode()
                self.assertEqual(seen(text), ["agent"], text)
                self.assertEqual(json.loads(text)["rules"], ["test.bars/for_agent"])
                found = json.loads(self.server.ask("POST", "/v1/log/search", {"decision": decision}, role="auditor")[2])["items"]
                self.assertTrue(all(rule.startswith("confidential/") for rule in found[0]["rules"]), found)
                for rule, count in (("test.bars/for_auditor", number + 1), ("test.bars/for_agent", 0), ("test.bars/for_nobody", 0)):
                    by_name = {"rule": rule, "verdict": "handoff"}  # as he reads it in the decision, or as he guesses
                    found = json.loads(self.server.ask("POST", "/v1/log/search", by_name, role="auditor")[2])
                    self.assertEqual(found["found"], count, rule)
                    self.assertNotIn(rule, json.dumps(found))
                    headers = self.server.ask("POST", "/v1/reports", {"format": "jsonl", "rule": rule}, role="auditor")[1]
                    self.assertEqual(headers["caveat-decisions"], str(count))
                index = str(answered["receipt"]["index"])
                for options, sees in (((), []), (("--role", "agent"), ["agent"]), (("--role", "auditor"), ["auditor"])):
                    shown = subprocess.run([BINARY, "log", "show", self.server.log, "--copy", "--index", index, "--language", language, *options],
                                           capture_output=True, text=True, check=True).stdout
                    self.assertEqual(seen(shown), sees, shown)
                    told = json.loads(subprocess.run([BINARY, "log", "show", self.server.log, "--copy", "--index", index, "--language", language,
                                                      "--json", *options], capture_output=True, text=True, check=True).stdout)
                    self.assertEqual(seen(json.dumps(told["story"], ensure_ascii=False)), sees, told)
                for wrong, says in ((("--index", index, "--role", "Auditor"), "auditor?"), (("--index", index, "--role", "审计"), "visible to"),
                                    (("--index", index, "--role", "auditor,agent"), "one word"), (("--role", "auditor"), "--index N")):
                    shown = subprocess.run([BINARY, "log", "show", self.server.log, "--copy", *wrong], capture_output=True, text=True, check=False)
                    self.assertEqual((shown.returncode, shown.stdout), (2, ""), (wrong, shown.stderr))
                    self.assertIn(says, shown.stderr)
            report = self.server.ask("POST", "/v1/reports", {"format": "html"}, role="auditor")[2].decode()
            self.assertEqual([word for word in ("bars for", "看金条", "seen by") if word in report], [])
        self.assertEqual(self.server.verify().returncode, 0)

    def test_a_hold_survives_a_kill(self):
        self.hand_off()
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.assertEqual(self.get("/v1/conversations/canary-c-1", "crm-bot")[2]["state"], "waiting")

    def test_a_list_is_gone_through_page_by_page_over_a_restart(self):
        opened = {self.hand_off(str(number))["handoff"]["id"] for number in range(3)}
        seen, path = [], "/v1/handoffs?limit=1"
        while path:
            status, headers, page = self.get(path, "li.wei")
            self.assertEqual((status, len(page["items"])), (200, 1))
            seen.append(page["items"][0]["id"])
            self.assertLessEqual(len(seen), len(opened))
            link = headers.get("link")
            path = re.fullmatch('<(.*)>; rel="next"', link)[1] if link else None
            self.assertEqual(path is not None, "next" in page)
            self.server.stop()
            self.server.start()
        self.assertEqual((len(seen), set(seen)), (3, opened))
        self.assertEqual(self.get("/v1/handoffs?custmer=k", "li.wei")[0], 422)

    def test_the_switch_sends_everything_to_a_person_and_back(self):
        status, headers, _ = self.server.ask("GET", "/v1/switch", role="bot")
        self.assertEqual(status, 200)
        self.assertEqual(self.server.ask("PUT", "/v1/switch", {"on": True, "reason": "drill"}, role="bot")[0], 403)
        status, headers, text = self.server.ask("PUT", "/v1/switch", {"on": True, "reason": "drill"}, role="activator",
                                                headers={"If-Match": headers["etag"]})
        self.assertEqual(status, 200, text)
        self.assertEqual(self.server.decide(turn(70))[2]["verdict"], "handoff")
        status, headers, text = self.server.ask("PUT", "/v1/switch", {"on": False, "reason": "over"}, role="activator",
                                                headers={"If-Match": headers["etag"]})
        self.assertEqual(status, 200, text)
        self.assertEqual(self.server.decide(turn(71))[2]["verdict"], "allow")

    def test_a_decision_is_told_confirmed_commented_and_proved(self):
        decided = self.server.decide(turn(1, "You cannot lose."))[2]
        _, headers, text = self.server.ask("GET", f"/v1/decisions/{decided['decision']}")
        self.assertEqual((headers["caveat-decision"], headers["caveat-verdict"]), (decided["decision"], json.loads(text)["verdict"]))
        path = "/v1/decisions/" + decided["decision"]
        status, _, seen = self.get(path, "bot")
        self.assertEqual((status, seen["verdict"]), (200, "block"))
        self.assertEqual(self.get(path, "crm-bot")[0], 404)  # another's
        self.assertEqual(self.get(path, "auditor")[0], 200)
        told = {}
        for reader, language in (("customer", "zh"), ("customer", "en"), ("officer", "zh"), ("officer", "en")):
            status, _, body = self.get(f"{path}/explanation?for={reader}&language={language}", "auditor")
            self.assertEqual(status, 200)
            told[reader, language] = body["text"].splitlines()
        self.assertEqual([line.split("：")[0] for line in told["customer", "zh"][:-1]], ["结论", "告知您"])
        self.assertEqual([line.split(": ")[0] for line in told["customer", "en"][:-1]], ["Verdict", "You were told"])
        self.assertEqual([line.split("：")[0] for line in told["officer", "zh"]], ["客户说", "机器人拟", "结论", "规则", "理由", "依据", "客户收到"])
        self.assertEqual([line.split(": ")[0] for line in told["officer", "en"]],
                         ["The customer said", "The bot wanted", "Verdict", "Rule", "Because", "Law", "The customer was told"])
        self.assertEqual(self.get(path + "/explanation?for=nobody", "auditor")[0], 422)
        for where in (path, path + "/explanation"):
            self.assertEqual(self.get(where + "?reason=" + urllib.parse.quote("投诉 88"), "auditor")[0], 200)
        looks = json.loads(self.server.ask("POST", "/v1/log/search", {"from": "2020-01-01"}, role="auditor")[2])["items"]
        self.assertEqual([one["event"].get("reason") for one in looks if one["kind"] == "viewed"][-2:], ["投诉 88"] * 2)
        status, headers, proof = self.server.ask("GET", path + "/proof", role="bot")
        self.assertEqual((status, headers["content-type"]), (200, "text/plain; charset=utf-8"))
        self.assertTrue(proof.startswith(b"c2sp.org/tlog-proof@v1\n"), proof[:60])
        import hashlib
        digest = "sha256:" + hashlib.sha256(decided["say"]["text"].encode()).hexdigest()
        status, _, text = self.server.ask("POST", "/v1/deliveries", [{"decision": decided["decision"], "text_digest": digest}])
        self.assertEqual((status, json.loads(text)[0]["match"]), (200, "same"), text)
        status, _, text = self.server.ask("POST", "/v1/feedback", {"decision": decided["decision"], "kind": "false alarm", "note": "canary-note"})
        self.assertEqual(status, 201, text)
        again = self.server.ask("POST", "/v1/feedback", {"decision": decided["decision"], "kind": "false alarm", "note": "canary-note"})
        self.assertEqual((again[0], again[2]), (200, text))  # said once
        self.assertEqual(self.server.ask("POST", "/v1/feedback", {"decision": "nothing", "kind": "x"})[0], 404)
        self.assertEqual(self.server.ask("POST", "/v1/feedback", {"decision": decided["decision"], "kind": "x"}, role="crm-bot")[0], 404)
        status, _, text = self.server.ask("POST", "/v1/feedback", {"decison": "x", "kind": 5})
        self.assertEqual((status, len(json.loads(text)["errors"])), (422, 3), text)
        self.server.stop()
        self.assertNotIn("canary", self.server.operation.read_text())
        self.assertEqual(self.server.verify().returncode, 0)


class OtherMark(Served):
    limits = {"log": {"high_water": "elsewhere"}}

    def start_is_refused(self, words):
        said = subprocess.run([BINARY, "serve", "--config", self.server.config], capture_output=True, text=True, check=False, timeout=300)
        self.assertNotEqual(said.returncode, 0)
        self.assertIn(words, said.stderr)
        told = subprocess.run([BINARY, "doctor", "--config", self.server.config], capture_output=True, text=True, check=False, timeout=300)
        self.assertEqual(told.returncode, 1, told.stdout)
        return told.stdout

    def test_the_mark_stands_where_it_was_put_and_an_old_copy_or_a_lost_mark_is_refused(self):
        folder = pathlib.Path(self.folder)
        mark = folder / "elsewhere"
        self.assertEqual(self.server.decide(turn(1))[0], 200)
        self.server.stop()
        self.assertTrue(mark.read_text().startswith("high-water 1 "))
        old = self.server.log.read_bytes()
        self.server.start()
        self.assertEqual(self.server.decide(turn(2))[0], 200)
        self.assertEqual(self.server.ask("POST", "/v1/reports", {"format": "jsonl"}, role="auditor")[0], 200)
        self.server.stop()
        new = self.server.log.read_bytes()
        self.server.log.write_bytes(old)
        told = self.start_is_refused("log_rolled_back")
        self.assertIn("an old copy was put back", told)
        self.assertIn(f"`caveat log restore {self.server.log} --high-water {mark} --reason TEXT`", told)
        verify = [BINARY, "log", "verify", self.server.log, "--high-water", mark]
        self.assertEqual(subprocess.run(verify, capture_output=True, check=False).returncode, 1)
        self.server.log.write_bytes(new)
        mark.rename(folder / "away")
        told = self.start_is_refused("high_water")
        cure = next(line for line in told.splitlines() if "cp " in line).split("`")[1]
        subprocess.run(["bash", "-c", cure], cwd="/", check=True)
        self.server.start()
        self.assertEqual(self.server.decide(turn(3))[0], 200)
        self.server.stop()
        self.assertEqual(self.server.verify().returncode, 0)

    def test_a_log_that_went_with_its_mark_is_not_begun_anew_as_if_there_had_been_none(self):
        self.assertEqual(self.server.decide(turn(1))[0], 200)
        self.server.stop()
        self.server.log.unlink()
        (pathlib.Path(self.folder) / "elsewhere").unlink()
        self.assertIn("its keys know that it was", self.start_is_refused("high_water"))
        self.assertFalse(self.server.log.exists())


class OtherZone(Served):
    limits = {"log": {"zone": "Asia/Shanghai"}}

    def test_searches_and_reports_are_told_in_the_zone_of_the_log_and_their_days_are_its_days(self):
        import datetime
        self.server.decide(turn(1))
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        tomorrow, day_before = today + datetime.timedelta(days=1), today - datetime.timedelta(days=1)

        def found(first, last):
            status, _, text = self.server.ask("POST", "/v1/log/search", {"verdict": "allow", "from": str(first), "to": str(last)}, role="auditor")
            self.assertEqual(status, 200, text)
            return json.loads(text)["items"]
        mine = found(day_before, tomorrow)
        self.assertEqual(len(mine), 1)
        self.assertTrue(mine[0]["time"].endswith("+08:00"), mine[0]["time"])
        day = mine[0]["time"][:10]
        self.assertEqual(found(day, day), mine)  # of that very day over there
        status, _, text = self.server.ask("POST", "/v1/reports", {"format": "html"}, role="auditor")
        self.assertEqual(status, 200)
        self.assertIn(b"UTC+08:00", text)

    def test_the_day_of_a_search_is_the_turns_own_whatever_the_zone_of_the_log(self):
        import datetime
        far = datetime.timezone(datetime.timedelta(hours=-12))  # another day there than in the log's zone
        here = datetime.datetime.now(datetime.timezone.utc)
        self.server.decide(turn(1))
        self.server.decide(turn(2, at=here.astimezone(far).isoformat(timespec="seconds")))

        def found(day):
            status, _, text = self.server.ask("POST", "/v1/log/search", {"verdict": "allow", "day": str(day)}, role="auditor")
            self.assertEqual(status, 200, text)
            local = subprocess.run([BINARY, "log", "search", self.server.log, "--verdict", "allow", "--day", str(day)], capture_output=True, text=True, check=True)
            indices = [one["index"] for one in json.loads(text)["items"]]
            self.assertEqual([int(line.split()[0]) for line in local.stdout.splitlines()], indices)
            return len(indices)
        days = [here.date(), here.astimezone(far).date()]
        self.assertEqual([found(day) for day in sorted(set(days))], [2] if days[0] == days[1] else [1, 1])
        described = self.server.ask("GET", "/openapi.json", role=None, headers={"Accept-Language": "en"})[2].decode()
        self.assertTrue("of UTC where it has none" in described)

    def test_the_command_line_means_days_of_utc_with_a_server_and_without(self):
        self.server.decide(turn(1))

        def asked():
            package = pathlib.Path(self.folder) / "period.zip"
            made = subprocess.run([BINARY, "report", self.server.log, "--out", package, "--from", "2026-01-02", "--to", "2026-01-03"],
                                  capture_output=True, text=True, check=False, timeout=300)
            self.assertEqual(made.returncode, 0, made.stderr)
            with zipfile.ZipFile(package) as archive:
                query = json.loads(archive.read("manifest.json"))["query"]
            return query["from"], query["to"]
        midnight = 1767312000 * 10**6
        self.assertEqual(asked(), (midnight, midnight + 2 * 86400 * 10**6))
        self.server.stop()
        self.assertEqual(asked(), (midnight, midnight + 2 * 86400 * 10**6))


class OtherQueue(Served):
    limits = {"gate": {"default_queue": "service_desk"}}

    def test_the_packs_must_have_the_queue_that_the_configuration_names(self):
        pack = self.server.rules / "pack.cav"
        rules = pack.read_text(encoding="utf-8")
        pack.write_text(rules.replace("service_desk", "service_dest"), encoding="utf-8")
        status, _, text = self.server.ask("POST", "/v1/reload", {}, role="activator")
        self.assertEqual((status, json.loads(text)["code"]), (422, "configuration"), text)
        self.assertEqual(json.loads(text)["errors"][0]["nearest"], "service_dest")
        self.assertEqual(self.server.decide(turn(1))[2]["verdict"], "allow")  # by the rules of before
        pack.write_text(rules, encoding="utf-8")  # and the one that counts from the next start
        config = pathlib.Path(self.server.config)
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace('default_queue = "service_desk"', 'default_queue = "service_dsk"'), encoding="utf-8")
        status, _, refused = self.server.ask("POST", "/v1/reload", {}, role="activator")
        self.assertEqual((status, json.loads(refused)["code"]), (422, "configuration"), refused)
        self.assertEqual(json.loads(refused)["errors"][0]["nearest"], "service_desk")
        config.write_text(text, encoding="utf-8")
        self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 200)
        pack.write_text(rules.replace("service_desk", "service_dest"), encoding="utf-8")
        self.server.stop()
        for command, code in (("serve", 3), ("doctor", 1)):
            said = subprocess.run([BINARY, command, "--config", self.server.config], capture_output=True, text=True, check=False, timeout=300)
            self.assertEqual(said.returncode, code)
            self.assertIn("did you mean service_dest?", said.stdout + said.stderr)


class NotDurable(Served):
    limits = {"gate": {"durable": False}}

    def test_answers_that_change_nothing_have_no_receipt_yet_and_stand_in_the_log_all_the_same(self):
        self.assertIsNotNone(self.server.decide(turn(1))[2]["receipt"])  # whose conversation it is was news
        for number in range(1, 30):
            status, headers, body = self.server.decide(turn(17 * number + 1))
            self.assertEqual((status, body["verdict"], body["receipt"]), (200, "allow", None))
            self.assertNotIn("commit", headers["server-timing"])
        again = self.server.decide(turn(17 * 29 + 1))
        self.assertIsNotNone(again[2]["receipt"])
        self.assertEqual(again[2]["decision"], body["decision"])
        self.server.stop()
        self.assertEqual(self.server.verify().returncode, 0)
        found = subprocess.run([BINARY, "log", "search", self.server.log, "--verdict", "allow"], capture_output=True, text=True, check=False)
        self.assertEqual(len(found.stdout.splitlines()), 30)


class Looks(Served):
    def caveat(self, *arguments):
        return subprocess.run([BINARY, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=300)

    def test_the_command_line_searches_and_reports_through_the_server_that_writes_the_log(self):
        for number in range(5):
            self.server.decide(turn(number, "You cannot lose." if number < 2 else "There is risk."))
        found = self.caveat("log", "search", "log.db", "--verdict", "block")
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertEqual(len(found.stdout.splitlines()), 2)
        self.assertIn("found 2 records", found.stderr)
        both = self.caveat("log", "search", "log.db", "--verdict", "block", "--json")
        self.assertEqual([json.loads(line)["verdict"] for line in both.stdout.splitlines()], ["block", "block"])
        looks = self.caveat("log", "search", "log.db", "--from", "2020-01-01", "--json").stdout.splitlines()
        viewed = [line for line in map(json.loads, looks) if line["kind"] == "viewed"]
        self.assertEqual(len(viewed), 2)  # each look of before is itself a record
        for form in ("html", "csv", "jsonl", "zip"):
            made = self.caveat("report", "log.db", "--out", f"r.{form}", "--requested-by", "an auditor")
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertIn("5 decisions", made.stderr)
        self.assertEqual(self.caveat("verify", "r.zip", "--key", "log.keys/log.vkey").returncode, 0)
        for command in (("report", "log.db", "--out", "none.zip"), ("log", "search", "log.db")):  # also below, without a server
            refused = self.caveat(*command, "--from", "2026-11-24", "--to", "2026-11-23")
            self.assertEqual(refused.returncode, 2, refused.stderr)
        for path, more in (("/v1/log/search", {}), ("/v1/reports", {"format": "csv"})):
            status, _, text = self.server.ask("POST", path, {"from": "2026-11-24", "to": "2026-11-23", **more}, role="auditor")
            self.assertEqual((status, json.loads(text)["errors"][0]["path"]), (422, "/to"))
        refused = self.caveat("log", "search", "log.db", "--day", "yesterday")
        self.assertEqual(refused.returncode, 2)
        self.server.stop()
        # the same without it, to the byte of the lines
        again = self.caveat("log", "search", "log.db", "--verdict", "block")
        self.assertEqual(again.stdout, found.stdout)
        refused = self.caveat("report", "log.db", "--out", "none.zip", "--from", "2026-11-24", "--to", "2026-11-23")
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertEqual(self.server.verify().returncode, 0)

    def test_another_logs_server_on_the_socket_is_not_asked_and_ones_own_is_found_where_it_is(self):
        self.server.decide(turn(1, "You cannot lose."))
        self.server.stop()
        asked = 'listen = "127.0.0.1:0"\n'
        self.server.config.write_text(self.server.config.read_text().replace(asked, asked + 'socket = "other.sock"\n'))
        self.server.start()
        made = subprocess.run([BINARY, "decide", "--rules", "rules", "--log", "other.db"], cwd=self.folder, check=True, text=True,
                              capture_output=True, input=json.dumps(turn(7)))
        self.assertEqual(json.loads(made.stdout)["verdict"], "allow")

        def of_other(*more):
            found = self.caveat("log", "search", "other.db", "--verdict", "block", *more)
            self.assertEqual((found.returncode, found.stdout), (0, ""), found.stderr)
            for form in ("jsonl", "zip"):
                report = self.caveat("report", "other.db", "--out", f"o.{form}", *more)
                self.assertEqual(report.returncode, 0, report.stderr)
                self.assertIn("1 decision of ", report.stderr)
            self.assertEqual(self.caveat("verify", "o.zip", "--key", "other.keys/log.vkey").returncode, 0)

        of_other()
        with open(self.folder + "/other.db-writer", "w", encoding="ascii") as lock:  # by whoever else writes it
            fcntl.flock(lock, fcntl.LOCK_EX)
            for command in (("log", "search", "other.db", "--verdict", "block"), ("report", "other.db", "--out", "none.zip")):
                refused = self.caveat(*command)
                self.assertEqual((refused.returncode, refused.stdout), (4, ""), refused.stderr)
                self.assertIn("--socket", refused.stderr)
        for command in (("log", "search", "other.db", "--verdict", "block"), ("report", "other.db", "--out", "none.zip")):
            refused = self.caveat(*command, "--socket", "other.sock")
            self.assertEqual((refused.returncode, refused.stdout), (2, ""), refused.stderr)
            self.assertIn("does not write other.db", refused.stderr)
        of_other("--socket", "nobody.sock")
        # its own log: not where it is looked for, found where it is named
        refused = self.caveat("log", "search", "log.db", "--verdict", "block")
        self.assertEqual(refused.returncode, 4, refused.stderr)
        self.assertIn("--socket", refused.stderr)
        self.assertNotIn("nobody answers", refused.stderr)
        for command in (("log", "search", "log.db", "--verdict", "block"), ("report", "log.db", "--out", "none.zip")):
            refused = self.caveat(*command, "--socket", "nobody.sock")
            self.assertEqual((refused.returncode, refused.stdout), (4, ""), refused.stderr)
            self.assertIn("nobody answers on nobody.sock", refused.stderr)
        found = self.caveat("log", "search", "log.db", "--verdict", "block", "--socket", "other.sock")
        self.assertEqual((found.returncode, len(found.stdout.splitlines())), (0, 1), found.stderr)
        report = self.caveat("report", "log.db", "--out", "l.zip", "--socket", "other.sock")
        self.assertEqual(report.returncode, 0, report.stderr)
        self.assertEqual(self.caveat("verify", "l.zip", "--key", "log.keys/log.vkey").returncode, 0)
        self.assertIn("caveat log search", self.caveat("log", "show", "log.db").stderr)
        self.server.stop()
        looks = self.caveat("log", "search", "log.db", "--from", "2020-01-01", "--json").stdout.splitlines()
        self.assertEqual([one["kind"] for one in map(json.loads, looks) if one["kind"] in ("viewed", "exported")], ["viewed", "exported"])

    def test_nothing_that_is_told_of_the_log_names_a_confidential_rule_or_confirms_a_guess(self):
        shutil.rmtree(self.server.rules)
        shutil.copytree(REPOSITORY / "tests/adapters/gate/pack", self.server.rules)
        self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 200)
        for number, message in enumerate(("all of it in cash", "an agent, please", "cash: in cash")):
            one = turn(number, message={"text": message})
            self.assertEqual(self.server.decide(one)[2]["verdict"], "handoff")
        told = {}
        for query in ({"verdict": "handoff"}, {"rule": "test.gate/a_suspicion"}):
            told[str(query)] = self.server.ask("POST", "/v1/log/search", query, role="auditor")[2]
        found = json.loads(told[str({"verdict": "handoff"})])["items"]
        aliases = {rule for one in found for rule in one["rules"] if rule != "test.gate/wants_a_person"}
        self.assertEqual([len(one["rules"]) for one in found], [1, 1, 1])
        self.assertEqual(len(aliases), 1)
        alias = aliases.pop()
        self.assertRegex(alias, r"^confidential/[0-9a-f]{16}$")
        self.assertEqual(json.loads(told[str({"rule": "test.gate/a_suspicion"})])["found"], 0)  # a guess is not confirmed
        self.assertEqual(json.loads(self.server.ask("POST", "/v1/log/search", {"rule": alias}, role="auditor")[2])["found"], 2)
        for form in ("html", "csv", "jsonl", "zip"):
            for rule in ({}, {"rule": alias}):
                status, headers, text = self.server.ask("POST", "/v1/reports", {"format": form, **rule}, role="auditor")
                self.assertEqual((status, headers["caveat-decisions"]), (200, "2" if rule else "3"))
                told[form + str(rule)] = text
            if form == "html":
                self.assertIn("A confidential rule", text.decode())
        package = pathlib.Path(self.folder, "p.zip")
        package.write_bytes(told["zip{}"])
        verified = self.caveat("verify", "p.zip", "--key", "log.keys/log.vkey")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        with zipfile.ZipFile(package) as members:
            told.update({name: members.read(name) for name in members.namelist()})
        # Whoever holds the keys asks by the rule's name, and is told its alias.
        mine = self.caveat("log", "search", "log.db", "--rule", "test.gate/a_suspicion")
        self.assertEqual((len(mine.stdout.splitlines()), mine.stdout.count(alias)), (2, 2))
        made = self.caveat("report", "log.db", "--out", "mine.zip", "--rule", "test.gate/a_suspicion")
        self.assertIn("2 decisions", made.stderr)
        told["looks"] = self.server.ask("POST", "/v1/log/search", {"from": "2020-01-01"}, role="auditor")[2]
        self.server.stop()
        self.assertEqual(self.caveat("log", "search", "log.db", "--rule", "test.gate/a_suspicion").stdout, mine.stdout)
        again = self.caveat("report", "log.db", "--out", "again.zip", "--rule", "test.gate/a_suspicion")
        self.assertIn("2 decisions", again.stderr)
        self.assertEqual(self.caveat("verify", "again.zip", "--key", "log.keys/log.vkey").returncode, 0)
        told["shown"] = self.caveat("log", "show", "log.db").stdout.encode()
        for where, text in told.items():
            for word in (b"suspicion", b"structuring", "可疑".encode()):
                if where != "looks":  # there the guess of above stands, as the auditor wrote it
                    self.assertNotIn(word, text, where)
        self.assertEqual(told["looks"].count(b"suspicion"), 1)
        self.assertEqual(self.server.verify().returncode, 0)

    def test_a_rule_that_became_confidential_is_found_whole_by_whoever_holds_the_keys_and_by_nobody_else(self):
        shutil.rmtree(self.server.rules)
        shutil.copytree(REPOSITORY / "tests/adapters/gate/pack", self.server.rules)
        pack = pathlib.Path(self.server.rules, "pack.cav")
        confidential = pack.read_text(encoding="utf-8")
        name = "test.gate/a_suspicion"

        def hand_off(numbers, text):
            pack.write_text(text, encoding="utf-8")
            self.assertEqual(self.server.ask("POST", "/v1/reload", {}, role="activator")[0], 200)
            for number in numbers:
                self.assertEqual(self.server.decide(turn(number, message={"text": "all of it in cash"}))[2]["verdict"], "handoff")
        hand_off((0, 1, 2), confidential.replace("  confidential\n", ""))
        pathlib.Path(self.folder, "then.txt").write_bytes(self.server.ask("GET", "/log/checkpoint", role=None)[2])
        hand_off((3, 4), confidential)

        def by_name():
            found = self.caveat("log", "search", "log.db", "--rule", name)
            self.assertEqual(len(found.stdout.splitlines()), 5, found.stdout + found.stderr)
            self.assertEqual(len(self.caveat("log", "search", "log.db", "--rule", name, "--verdict", "block").stdout.splitlines()), 0)
            for form in ("csv", "zip"):
                made = self.caveat("report", "log.db", "--out", f"mine.{form}", "--rule", name)
                self.assertIn("5 decisions", made.stderr)
            verified = self.caveat("verify", "mine.zip", "--key", "log.keys/log.vkey")
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
            with zipfile.ZipFile(pathlib.Path(self.folder, "mine.zip")) as members:
                manifest, page = json.loads(members.read("manifest.json")), members.read("report.html").decode()
            self.assertEqual((manifest["query"]["rule"], manifest["counts"]["population"]), (name, 5))
            self.assertRegex(manifest["query"]["alias"], r"^confidential/[0-9a-f]{16}$")
            self.assertIn(f"rule {name}, also as {manifest['query']['alias']}", page)
            # As of a checkpoint of before that, nobody knows of it.
            then = self.caveat("report", "log.db", "--out", "then.zip", "--rule", name, "--checkpoint", "then.txt")
            self.assertIn("3 decisions", then.stderr)
            with zipfile.ZipFile(pathlib.Path(self.folder, "then.zip")) as members:
                query = json.loads(members.read("manifest.json"))["query"]
            self.assertEqual((query["rule"], query["alias"]), (name, ""))
            return manifest["query"]["alias"]
        alias = by_name()
        # Whoever has not the keys learns neither that the two are one rule nor how often it was a reason since, and of when it was
        # open a search tells him what GET /v1/decisions/{id} does. Packages prove what stands in the records.
        for rule, count in ((name, 3), (alias, 2)):
            found = json.loads(self.server.ask("POST", "/v1/log/search", {"rule": rule}, role="auditor")[2])
            self.assertEqual((found["found"], len({one for item in found["items"] for one in item["rules"]})), (0, 0) if rule == name else (2, 1))
            status, headers, package = self.server.ask("POST", "/v1/reports", {"format": "zip", "rule": rule}, role="auditor")
            self.assertEqual((status, headers["caveat-decisions"]), (200, str(count)))
            pathlib.Path(self.folder, "theirs.zip").write_bytes(package)
            with zipfile.ZipFile(pathlib.Path(self.folder, "theirs.zip")) as members:
                query = json.loads(members.read("manifest.json"))["query"]
            self.assertEqual((query["rule"], query["alias"]), (rule, ""))
        found = json.loads(self.server.ask("POST", "/v1/log/search", {"verdict": "handoff"}, role="auditor")[2])["items"]
        self.assertEqual([one["rules"] for one in found], [[], [], [], [alias], [alias]])
        looks = json.loads(self.server.ask("POST", "/v1/log/search", {"from": "2020-01-01"}, role="auditor")[2])["items"]
        asked = [json.dumps(one["event"]) for one in looks if one["kind"] in ("viewed", "exported")]
        self.assertEqual(sum(f"rule {alias}, also under its name" in one for one in asked), 4)
        self.assertFalse([one for one in asked if name in one and alias in one])
        self.server.stop()
        self.assertEqual(by_name(), alias)

    def test_a_search_is_paged_and_its_mistakes_are_told_at_once(self):
        for number in range(7):
            self.server.decide(turn(number))
        seen, cursor = [], None
        while True:
            body = {"verdict": "allow", "limit": 3, **({"cursor": cursor} if cursor else {})}
            status, _, text = self.server.ask("POST", "/v1/log/search", body, role="auditor")
            self.assertEqual(status, 200)
            page = json.loads(text)
            self.assertEqual(page["found"], 7)
            seen += [one["index"] for one in page["items"]]
            self.assertTrue(page["items"] and len(seen) <= 7, seen)
            cursor = page.get("next")
            if cursor is None:
                break
            self.server.stop()
            self.server.start()
        self.assertEqual((len(seen), seen), (7, sorted(set(seen))))
        status, _, text = self.server.ask("POST", "/v1/log/search", {"verdct": "x", "day": "soon", "limit": 0}, role="auditor")
        self.assertEqual((status, len(json.loads(text)["errors"])), (422, 3))
        for role, path, body, errors in (("auditor", "/v1/log/search", {"verdct": "x", "day": "soon"}, 3),
                                         ("auditor", "/v1/log/search", {}, 2),  # nothing to look for
                                         ("auditor", "/v1/log/search", {"verdict": "allow"}, 1),
                                         ("auditor", "/v1/log/search", {"rule": "no_promises"}, 2),  # without its pack none would be found
                                         ("auditor", "/v1/log/search", {"customer": None, "verdict": "allow", "limit": None}, 3),  # everybody's
                                         ("auditor", "/v1/reports", {"format": "csv", "customer": None, "seed": None}, 3),
                                         ("auditor", "/v1/reports", {"format": "csv", "rule": "no_promises"}, 2),
                                         ("auditor", "/v1/reports", {"format": "pdf", "languge": "en"}, 3),
                                         ("activator", "/v1/reload", {"force": True}, 2),
                                         ("bot", "/v1/feedback", {"decision": "d", "knd": "praise"}, 3)):
            status, _, text = self.server.ask("POST", path + "?x=1", body, role=role)
            self.assertEqual((status, len(json.loads(text)["errors"])), (422, errors), (path, text))
        status, _, text = self.server.ask("POST", "/v1/log/search", b'{"verdict":"allow","verdict":"block"}', role="auditor")
        self.assertEqual((status, json.loads(text)["code"]), (400, "repeated_key"))
        self.assertEqual(self.server.ask("POST", "/v1/log/search", {"verdict": "allow"}, role="bot")[0], 403)
        status, headers, text = self.server.ask("POST", "/v1/reports", {"format": "csv"}, role="auditor")
        self.assertEqual((status, headers["content-type"], headers["caveat-decisions"]), (200, "text/csv; charset=utf-8", "7"))
        import base64
        import hashlib
        self.assertEqual(headers["content-digest"], "sha-256=:" + base64.b64encode(hashlib.sha256(text).digest()).decode() + ":")
        self.assertEqual(self.server.ask("POST", "/v1/reports", {"format": "pdf"}, role="auditor")[0], 422)


class Starts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="caveat-serve-", dir=MEMORY))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_caveat(self, *arguments, **more):
        return subprocess.run([BINARY, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=300, **more)

    def test_without_a_configuration_it_serves_the_sample_packs_and_what_it_and_the_tutorial_print_works_when_pasted(self):
        (self.folder / "rules").symlink_to(REPOSITORY / "rules")
        with open(self.folder / "said", "wb") as said:
            process = subprocess.Popen([BINARY, "serve", "--listen", "127.0.0.1:0"], cwd=self.folder, stdout=subprocess.PIPE,
                                       stderr=said, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        url = process.stdout.readline().strip()
        self.assertTrue(url.startswith("http://127.0.0.1:"), url)
        key = self.folder / "out/serve/bot.key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        until(lambda: "/docs" in (self.folder / "said").read_text(encoding="utf-8"))
        text = (self.folder / "said").read_text(encoding="utf-8")
        printed = [line.strip() for line in text.splitlines() if "curl" in line]
        self.assertEqual(len(printed), 2, text)
        self.assertNotIn(key.read_text().strip(), text)

        def pasted(command):
            done = subprocess.run(["bash", "-c", command], cwd=self.folder, capture_output=True, text=True, check=True)
            return json.loads(done.stdout)

        body = pasted(printed[0])
        self.assertIn(body["verdict"], ("block", "handoff", "revise"))
        self.assertIsNotNone(body["receipt"])
        self.assertTrue(pasted(printed[1])["ready"])

        # README.md and docs/tutorial-bot.md say the same two lines
        for name in ("README.md", "docs/tutorial-bot.md"):
            page = (REPOSITORY / name).read_text(encoding="utf-8").replace("http://127.0.0.1:8650", url)
            self.assertIn("```sh\n" + "\n".join(printed) + "\n```\n", page)

        # docs/tutorial-bot.md: its blocks after these and the first, which starts the server, and the line on the schema in its text
        page = (REPOSITORY / "docs/tutorial-bot.md").read_text(encoding="utf-8").replace("http://127.0.0.1:8650", url)
        blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.S | re.M)
        self.assertEqual((len(blocks), blocks[0]), (9, "./run serve\n"))
        first = pasted(blocks[2])
        self.assertEqual(first["id"], "t-1")
        for member in re.findall(r"^\| `(\w+)[`.]", page, re.M):
            self.assertIn(member, first)
        self.assertEqual(pasted(blocks[2]), first)  # "the very reply of then"
        wrong = pasted(blocks[3])
        self.assertEqual(wrong["verdict"], "handoff")
        self.assertTrue(wrong["say"]["text"])
        for member in ("code", "retryable", "help"):
            self.assertIn(member, wrong)
        self.assertIn(("/answr", "answer"), [(one["path"], one.get("nearest")) for one in wrong["errors"]])
        self.assertIn("properties", pasted(re.search(r"`(curl [^`]*/v1/schema)`", page)[1]))

        # its second gate, with rules of its own: the block that makes and starts it, then the others in one shell
        make, start = blocks[4].rsplit("./run ", 1)
        subprocess.run(["bash", "-ec", make], cwd=self.folder, check=True)
        second = subprocess.Popen([BINARY, *start.replace(":8651", ":0").split()], cwd=self.folder, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(second.stdout.close)
        self.addCleanup(second.wait)
        self.addCleanup(second.terminate)
        there = second.stdout.readline().strip()
        done = subprocess.run(["bash", "-ec", "".join(blocks[5:]).replace("http://127.0.0.1:8651", there)], cwd=self.folder,
                              capture_output=True, text=True, check=True)
        asked, met, delivered, handed, held, whose = [json.loads(line) for line in done.stdout.splitlines() if line]
        self.assertEqual((asked["verdict"], asked["say"]["text"]), ("require", "May we pass this on?"))
        self.assertEqual([(one["proof"], one["from"]) for one in asked["requires"]], [(["consent", "confirmation"], ["app"])])
        self.assertEqual((met["verdict"], met["say"]["text"], met["requires"]), ("allow", "It is shared.", []), met)
        self.assertEqual([one["match"] for one in delivered], ["same"])
        self.assertEqual((handed["verdict"], handed["handoff"]["queue"], handed["handoff"]["hold"]), ("handoff", "desk", True))
        self.assertEqual((held["verdict"], held["say"]["text"]), ("handoff", "A person will be with you."))
        self.assertIn(handed["handoff"]["id"], json.dumps(whose))

    def test_what_stands_in_the_way_of_a_start_is_told_and_nothing_is_left_running(self):
        (self.folder / "rules").mkdir()
        (self.folder / "rules/pack.cav").write_text("pack x\n", encoding="utf-8")
        self.assertEqual(self.run_caveat("serve").returncode, 3)
        shutil.rmtree(self.folder / "rules")
        self.assertEqual(self.run_caveat("serve").returncode, 4)
        self.run_caveat("new", "rules")
        for wrong in ("nowhere", "::1:8650"):  # as the configuration has it: an address with colons stands in brackets
            refused = self.run_caveat("serve", "--listen", wrong)
            self.assertEqual((refused.returncode, "[::1]:8650" in refused.stderr), (2, True))
        self.assertEqual(self.run_caveat("serve", "--listen", "8.8.8.8:80").returncode, 2)  # not without TLS
        (self.folder / "c.toml").write_text('[log]\npth = "x"\n', encoding="utf-8")
        refused = self.run_caveat("serve", "--config", "c.toml")
        self.assertEqual(refused.returncode, 3)
        self.assertIn("c.toml:2:1 log.pth", refused.stderr)
        self.assertIn("did you mean path?", refused.stderr)
        (self.folder / "c.toml").write_text('[log]\npath = "fresh.db"\n[logging]\nfile = "rules"\n', encoding="utf-8")  # a folder
        refused = self.run_caveat("serve", "--config", "c.toml")
        self.assertEqual(refused.returncode, 4)
        self.assertIn("the file of [logging], rules, cannot be written", refused.stderr)
        self.assertFalse((self.folder / "fresh.db").exists())
        (self.folder / "c.toml").write_text('[log]\npath = "fresh.db"\n[http]\nadmin_listen = "8.8.8.8:80"\n', encoding="utf-8")
        self.assertEqual(self.run_caveat("serve", "--config", "c.toml").returncode, 2)
        self.assertFalse((self.folder / "fresh.db").exists())

    def test_doctor_has_a_note_for_what_is_only_odd(self):
        self.run_caveat("new", "rules")
        said = self.run_caveat("doctor", "--log", "log.db")
        self.assertEqual(said.returncode, 0, said.stdout)
        for line in ("[!] configuration", "[!] callers", "[!] keys", "[!] log"):
            self.assertIn(line, said.stdout)
        told = json.loads(self.run_caveat("doctor", "--log", "log.db", "--json").stdout)
        self.assertTrue(told["ok"])


# What a machine shows where nobody can set its clock or fill its disk.
MACHINE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>
int clock_gettime(clockid_t which, struct timespec* out) {
  int (*real)(clockid_t, struct timespec*) = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  const int done = real(which, out);
  if (which == CLOCK_REALTIME && getenv("SECONDS_AWAY")) out->tv_sec += atol(getenv("SECONDS_AWAY"));
  return done;
}
int statvfs(const char* path, struct statvfs* out) {
  int (*real)(const char*, struct statvfs*) = (int (*)(const char*, struct statvfs*))dlsym(RTLD_NEXT, "statvfs");
  const int done = real(path, out);
  if (getenv("NO_ROOM")) out->f_bavail = 1;
  return done;
}
"""


NOBODY = 65_534


class Doctor(unittest.TestCase):
    """Each thing broken in turn: doctor names it and its cure, serve refuses where it must, and the cure as printed cures it."""

    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="caveat-doctor-", dir=MEMORY))
        cls.addClassCleanup(shutil.rmtree, cls.home)
        cls.sound = cls.home / "sound"
        cls.sound.mkdir()
        (cls.home / "bin").mkdir()
        (cls.home / "bin/caveat").symlink_to(BINARY)

        def run(*arguments, **more):
            return subprocess.run([BINARY, *arguments], cwd=cls.sound, capture_output=True, check=True, **more)

        run("new", "rules")
        (cls.sound / "caveat.toml").write_text(
            '[log]\npath = "log.db"\nkeys = ""\nhigh_water = ""\n[packs]\nfolders = ["rules"]\n[data]\nfolders = []\n'
            '[gate]\ndefault_queue = ""\n[http]\nlisten = "127.0.0.1:0"\nadmin_listen = ""\nsocket = ""\n'
            '[logging]\nfile = "operation.jsonl"\n', encoding="utf-8")
        for number in (1, 2):
            run("decide", "--rules", "rules", "--log", "log.db", input=json.dumps(turn(number)).encode())
            if number == 1:
                shutil.copy(cls.sound / "log.db", cls.home / "old.db")
        run("keys", "caller", "bot", "--role", "bot", "--log", "log.db")
        shutil.copy(cls.sound / "log.db", cls.home / "backup.db")
        shutil.copytree(cls.sound / "log.keys", cls.home / "backup.keys")
        source = cls.home / "machine.c"
        source.write_text(MACHINE, encoding="utf-8")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", cls.home / "machine.so", source, "-ldl"], check=True)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.home))
        shutil.rmtree(self.folder)
        shutil.copytree(self.sound, self.folder)
        self.environment = {**os.environ, "PATH": f"{self.home}/bin:" + os.environ["PATH"]}
        self.environment.pop("CAVEAT_KEYS", None)

    def run_caveat(self, *arguments):
        return subprocess.run([BINARY, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
                              timeout=300)

    def doctor(self, configuration="caveat.toml"):
        done = self.run_caveat("doctor", "--config", configuration, "--json")
        checks = json.loads(done.stdout)["checks"]
        self.assertEqual(done.returncode, 1 if any(not check["ok"] for check in checks) else 0)
        return checks

    def set(self, key, value, section=None):
        """A key as an editor would change it."""
        path = self.folder / "caveat.toml"
        text = path.read_text(encoding="utf-8")
        head, tail = text.split(f"[{section}]\n", 1) if section else ("", text)
        new = re.sub(rf"^{key} = .*$", lambda _: f"{key} = {json.dumps(value)}", tail, count=1, flags=re.M)
        self.assertNotEqual(new, tail)
        path.write_text((head + f"[{section}]\n" if section else "") + new, encoding="utf-8")

    def starts(self):
        with open(self.folder / "said", "wb") as said:
            process = subprocess.Popen([BINARY, "serve", "--config", "caveat.toml"], cwd=self.folder, env=self.environment,
                                       stdout=subprocess.PIPE, stderr=said, text=True)
        line = process.stdout.readline()
        process.terminate()
        process.stdout.close()
        code = process.wait()
        self.assertTrue(line.startswith("http://"), (code, (self.folder / "said").read_text(encoding="utf-8")))

    def cured(self, name, says, serve=None, backup=None, by_hand=None, starts=True):
        """One line of doctor's is ✗; `serve`: the exit code of a start, where one is refused. Its commands are run as they are
        printed, with BACKUP for where the copy lies and by_hand for what a person does with what they show. Returns what they print."""
        wrong = [check for check in self.doctor() if not check["ok"]]
        self.assertEqual([check["name"] for check in wrong], [name], wrong)
        self.assertRegex(wrong[0]["say"], says)
        if serve is not None:
            before = sorted(path for path in self.folder.rglob("*") if path.suffix not in (".jsonl", ".db-wal", ".db-shm"))
            refused = self.run_caveat("serve", "--config", "caveat.toml")
            self.assertEqual(refused.returncode, serve, refused.stderr)
            after = sorted(path for path in self.folder.rglob("*") if path.suffix not in (".jsonl", ".db-wal", ".db-shm"))
            self.assertEqual(before, after)  # nothing is left behind
        commands = re.findall(r"`([^`]*)`", wrong[0]["cure"])
        self.assertTrue(commands, wrong[0])
        printed = ""
        for command in commands:
            for placeholder, value in (("BACKUP", str(backup)), ("TEXT", "lost"), ("ID", "bank-app"), ("ROLE", "bot")):
                command = re.sub(rf"\b{placeholder}\b", value, command)
            if command.startswith("unset "):
                del self.environment[command.removeprefix("unset ")]
                continue
            if command.startswith("export "):
                key, value = command.removeprefix("export ").split("=")
                self.environment[key] = str(self.home / "passphrase") if value == "FILE" else value
                continue
            done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
            self.assertNotIn(done.returncode, (2, 126, 127), (command, done.stderr))
            printed += done.stdout + done.stderr
        if by_hand is not None:
            by_hand()
        self.assertEqual([check for check in self.doctor() if not check["ok"]], [])
        if starts:
            self.starts()
        return printed

    def test_what_is_sound_has_no_cross_and_starts(self):
        self.assertEqual([check for check in self.doctor() if not check["ok"]], [])
        self.starts()

    def test_addresses(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for key, value, says, code in (("listen", "0.0.0.0:0", "others reach", 2), ("listen", "foo:0", "foo", 4),
                                           ("admin_listen", "10.0.0.1:0", "others reach", 2),
                                           ("listen", f"127.0.0.1:{port}", "in use", 4)):
                with self.subTest(key=key, value=value):
                    self.setUp()
                    self.set(key, value)
                    self.cured("listen", says, code)
        self.setUp()
        self.set("listen", f"127.0.0.1:{port}")
        self.set("admin_listen", f"127.0.0.1:{port}")
        self.cured("listen", "the address of ", 4)

    def test_a_server_that_runs_is_no_mistake(self):
        process = subprocess.Popen([BINARY, "serve", "--config", "caveat.toml"], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        port = process.stdout.readline().strip().rsplit(":", 1)[1]
        self.set("listen", f"127.0.0.1:{port}")
        listens = [check for check in self.doctor() if check["name"] == "listen"]
        self.assertEqual([(check["ok"], "a server answers" in check["say"]) for check in listens], [(True, True)])

    def test_another_configurations_server_on_the_socket_is_not_ours(self):
        (self.folder / "other").mkdir()
        text = (self.folder / "caveat.toml").read_text(encoding="utf-8")
        (self.folder / "other.toml").write_text(text.replace('path = "log.db"', 'path = "other/log.db"').replace(
            'socket = ""', 'socket = "log.sock"').replace("operation.jsonl", "other.jsonl"), encoding="utf-8")
        process = subprocess.Popen([BINARY, "serve", "--config", "other.toml"], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        self.assertTrue(process.stdout.readline().startswith("http://"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.set("listen", f"127.0.0.1:{port}")
        self.set("socket", "log.sock")
        self.assertEqual([check for check in self.doctor("other.toml") if not check["ok"]], [])
        for path in ("log.db", "log.keys"):  # a first start: nothing of it is made
            shutil.move(self.folder / path, self.folder / f"kept-{path}")
        self.cured("socket", "a server of another log", 4)

    def test_a_server_whose_address_was_changed_since_is_told_so(self):
        process = subprocess.Popen([BINARY, "serve", "--config", "caveat.toml"], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        process.stdout.readline()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.set("listen", f"127.0.0.1:{port}")
        (listens,) = [check for check in self.doctor() if check["name"] == "listen"]
        self.assertEqual((listens["level"], "started with another address" in listens["say"]), ("note", True))

    def test_files_that_cannot_be_written(self):
        for section, key, value, name, says in (("http", "socket", "s" * 150, "socket", "150 bytes|[0-9]+ bytes"),
                                                ("http", "socket", "no/such/s.sock", "socket", "no folder"),
                                                ("http", "socket", "rules/pack.cav", "socket", "no socket"),
                                                ("log", "path", "/proc/foo/log.db", "log", "/proc"),
                                                ("log", "path", "rules/pack.cav/log.db", "log", "no folder"),
                                                ("logging", "file", "rules", "logging", "a folder lies in its place"),
                                                ("logging", "file", "/proc/foo/o", "logging", "/proc")):
            with self.subTest(key=key, value=value):
                self.setUp()
                if name == "log":  # what is else named after it stays
                    self.set("keys", "log.keys")
                    self.set("socket", "s.sock")
                self.set(key, value, section)
                self.cured(name, says, 4)
        self.setUp()
        self.set("file", "/dev/null")  # beside which no file could be made
        self.starts()
        self.setUp()
        for path in ("log.db", "log.keys"):
            shutil.move(self.folder / path, self.home / f"away-{os.getpid()}-{path}")
        self.set("keys", "no/such/keys")
        self.cured("keys", "no folder", 4)
        self.setUp()
        for path in ("log.db", "log.keys"):
            shutil.move(self.folder / path, self.home / f"again-{os.getpid()}-{path}")
        self.set("high_water", "no/such/mark")
        self.cured("log", "no folder", 4)

    def test_a_log_that_was_kept_is_not_left_behind_for_an_empty_one(self):
        # each cure leaves the log where it is, with what is in it
        def holds_all():
            self.assertEqual(json.loads(self.run_caveat("doctor", "--config", "caveat.toml", "--json").stdout)["ok"], True)
            self.assertEqual(self.run_caveat("log", "verify", "log.db").returncode, 0)
            self.assertIn("canary-message", self.run_caveat("log", "show", "log.db", "--index", "1").stdout)

        for broken, says in ((lambda: (self.folder / "log.db-writer").mkdir(), "a folder lies in its place"),
                             (lambda: (self.folder / "other.db").hardlink_to(self.folder / "log.db"), "second name")):
            self.setUp()
            (self.folder / "log.db-writer").unlink(missing_ok=True)
            broken()
            self.cured("log", says, 4)
            holds_all()
        self.setUp()
        (self.folder / "other.db").hardlink_to(self.folder / "log.keys/data.db")
        self.cured("keys", "second name", 4)
        holds_all()
        # a mark whose disk is not there: put back, not left out, or an old copy would be taken for the log
        self.setUp()
        self.set("high_water", "disk/mark")
        self.cured("log", "there is no folder", 4)
        holds_all()
        self.assertIn('high_water = "disk/mark"', (self.folder / "caveat.toml").read_text(encoding="utf-8"))
        # another user's rights are not this one's, who is root here: so as nobody
        self.setUp()
        self.home.chmod(0o711)
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        if os.geteuid() != 0:
            self.skipTest("only root becomes another")

        def as_nobody(command):
            return subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
                                  user=NOBODY, group=NOBODY, extra_groups=[])

        for path, mode, cure in (("log.db", 0o444, "chmod u\\+rw log.db"), (".", 0o555, "chmod u\\+rwx .*")):
            was = (self.folder / path).stat().st_mode
            (self.folder / path).chmod(mode)
            wrong = [check for check in json.loads(as_nobody([BINARY, "doctor", "--config", "caveat.toml", "--json"]).stdout)["checks"]
                     if not check["ok"] and check["name"] == "log"]
            self.assertRegex(wrong[0]["cure"], f"^`{cure}`$")
            self.assertEqual(as_nobody(["bash", "-c", wrong[0]["cure"].strip("`")]).returncode, 0)
            (self.folder / path).chmod(was)
            holds_all()
        os.chown(self.folder / "log.db", 0, 0)
        wrong = [check for check in json.loads(as_nobody([BINARY, "doctor", "--config", "caveat.toml", "--json"]).stdout)["checks"]
                 if not check["ok"] and check["name"] == "log"]
        self.assertIn("it belongs to root", wrong[0]["cure"])
        self.assertIn("`sudo chown nobody log.db`", wrong[0]["cure"])
        os.chown(self.folder / "log.db", NOBODY, NOBODY)
        # a socket that root left
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(self.folder / "log.sock"))
        (self.folder / "log.sock").chmod(0o600)
        (wrong,) = [check for check in json.loads(as_nobody([BINARY, "doctor", "--config", "caveat.toml", "--json"]).stdout)["checks"]
                    if not check["ok"]]
        self.assertEqual((wrong["name"], wrong["cure"].split("`")[1]), ("socket", "rm log.sock"))

    def test_no_two_things_are_one_file(self):
        def fresh():
            for path in ("log.db", "log.callers.toml"):
                (self.folder / path).unlink()
            shutil.rmtree(self.folder / "log.keys")

        def kept():
            return {path: path.read_bytes() for path in self.folder.rglob("*") 
                    if path.is_file() and path.resolve().suffix not in (".toml", ".db-wal", ".db-shm")}

        for section, key, value, says in (
                ("logging", "file", "log.keys/signing.key", "of the keys"), ("logging", "file", "log.keys/high-water", "of the keys"),
                ("logging", "file", "log.keys/new", "of the keys"), ("logging", "file", "log.db", "of the audit log"),
                ("logging", "file", "rules/../log.db-wal", "of the audit log"), ("logging", "file", "log.db-writer", "of the audit log"),
                ("logging", "file", "log.callers.toml", "holds the callers"), ("logging", "file", "log.sock", "the socket"),
                ("logging", "file", "caveat.toml", "the configuration"), ("logging", "file", "rules/pack.cav", "of the rules"),
                ("logging", "file", "rules/new.cav", "of the rules"), ("logging", "file", "hard", "of the keys"),
                ("logging", "file", "soft", "of the audit log"), ("logging", "file", "here/rules/pack.cav", "of the rules"),
                ("http", "callers", "caveat.toml", "the configuration"), ("http", "callers", "log.db", "of the audit log"),
                ("http", "callers", "log.keys/callers.toml", "of the keys"), ("http", "socket", "log.db-journal", "of the audit log"),
                ("http", "socket", "log.keys/s.sock", "of the keys"), ("log", "high_water", "log.db-shm", "of the audit log"),
                ("log", "high_water", "log.keys/signing.key", "of the keys")):
            with self.subTest(key=key, value=value):
                self.setUp()
                os.link(self.folder / "log.keys/wrap.key", self.folder / "hard")
                (self.folder / "soft").symlink_to("log.db-shm")
                (self.folder / "here").symlink_to(".")
                path = self.folder / "caveat.toml"
                path.write_text(path.read_text(encoding="utf-8").replace("[logging]", 'callers = ""\n[logging]'), encoding="utf-8")
                self.set(key, value, section)
                before = kept()
                self.cured("log" if section == "log" else section if section == "logging" else key, says, 3, starts=False)
                self.assertEqual(kept(), before)
        for section, key, value, name in (("logging", "file", "log.db", "logging"), ("http", "socket", "log.db", "socket"),
                                          ("log", "keys", "log.db", "keys"), ("log", "path", "caveat.toml", "log"),
                                          ("log", "path", "rules/log.cav", "log"), ("logging", "file", "log.keys", "logging")):
            with self.subTest(key=key, value=value, fresh=True):
                self.setUp()
                fresh()
                self.set(key, value, section)
                self.cured(name, f"caveat.toml {section}.{key}: expected a file of its own", 3)
        # keys that a variable puts there: a line of the configuration would not cure it, and no keys are to be made there
        for there in (True, False):
            for value in ("log.db", "."):
                with self.subTest(variable=value, log=there):
                    self.setUp()
                    if there:
                        shutil.rmtree(self.folder / "log.keys")
                    else:
                        fresh()
                    self.environment["CAVEAT_KEYS"] = str(self.folder / value)
                    checks = self.doctor()
                    self.assertNotIn("keys new", json.dumps(checks))
                    (wrong,) = [check for check in checks if not check["ok"]]
                    self.assertRegex(wrong["say"], "CAVEAT_KEYS: expected a file of its own")
                    self.assertNotIn("mv ", wrong["cure"])
                    if there:
                        shutil.copytree(self.home / "backup.keys", self.folder / "log.keys")
                    self.cured("keys", "the audit log", 3)
        # neither would a line of the configuration cure what an option names
        for option, value in (("--keys", "log.db"), ("--log", "rules/log.cav")):
            self.setUp()
            checks = json.loads(self.run_caveat("doctor", "--config", "caveat.toml", option, value, "--json").stdout)["checks"]
            cures = [check["cure"] for check in checks if not check["ok"] and "of its own" in check["say"]]
            self.assertEqual((len(cures), "sed" in cures[0]), (1, False), cures)
            (said,) = [check["say"] for check in checks if not check["ok"] and "of its own" in check["say"]]
            self.assertIn(f"{option}: expected a file of its own", said)  # and it is named by that
        # what many may share, and the mark's own place
        self.setUp()
        for key, value, section in (("file", "/dev/null", "logging"), ("high_water", "log.keys/high-water", "log")):
            self.set(key, value, section)
        self.starts()
        # neither does a new key go there, nor does a reload put it in force
        self.set("file", "log.callers.toml", "logging")
        refused = self.run_caveat("keys", "caller", "two", "--role", "bot", "--log", "log.db", "--config", "caveat.toml")
        self.assertEqual((refused.returncode, refused.stdout), (3, ""))
        self.assertEqual((self.folder / "log.callers.toml").read_bytes(), (self.sound / "log.callers.toml").read_bytes())

    def test_a_reload_puts_no_callers_in_the_log(self):
        with open(self.folder / "said", "wb") as said:
            process = subprocess.Popen([BINARY, "serve", "--config", "caveat.toml"], cwd=self.folder, env=self.environment,
                                       stdout=subprocess.PIPE, stderr=said, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        process.stdout.readline()
        self.set("file", "log.callers.toml", "logging")
        process.send_signal(signal.SIGHUP)
        until(lambda: "reload_refused" in (self.folder / "operation.jsonl").read_text(encoding="utf-8"))
        # what is no file of callers is not told to be one with mistakes
        self.set("file", "operation.jsonl", "logging")
        path = self.folder / "caveat.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("[logging]", 'callers = "log.db"\n[logging]'), encoding="utf-8")
        connection = http.client.HTTPConnection("x")
        self.addCleanup(connection.close)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.folder / "log.sock"))
        connection.request("POST", "/v1/reload", b"{}")
        reply = connection.getresponse()
        self.assertEqual((reply.status, b"a file of its own" in reply.read()), (422, True))
        # What is to move at the next start must not take the place of what is in use until then: the log would be appended to.
        path.write_text(path.read_text(encoding="utf-8").replace('callers = "log.db"\n', ""), encoding="utf-8")
        for changes, says in (((("path", "other.db", "log"), ("file", "log.db", "logging")), "log.db, which is of the audit log in use"),
                              ((("keys", "other.keys", "log"), ("file", "log.keys/signing.key", "logging")), "which is of the keys in use"),
                              ((("file", "other.jsonl", "logging"), ("high_water", "operation.jsonl", "log")), "which is the operational log in use"),
                              ((("socket", "other.sock", "http"), ("high_water", "log.sock", "log")), "which is the socket in use")):
            with self.subTest(says=says):
                before = path.read_text(encoding="utf-8")
                for change in changes:
                    self.set(*change)
                connection.request("POST", "/v1/reload", b"{}")
                reply = connection.getresponse()
                body = reply.read().decode()
                self.assertEqual((reply.status, says in body), (422, True), body)
                path.write_text(before, encoding="utf-8")
        connection.request("POST", "/v1/reload", b"{}")
        reply = connection.getresponse()
        self.assertEqual((reply.status, reply.read()[:1]), (200, b"{"))

    def test_packs_and_what_they_must_have(self):
        self.set("folders", ["nothing"], "packs")
        self.cured("packs", "nothing", 4, by_hand=lambda: self.set("folders", ["rules"], "packs"))
        self.assertFalse((self.folder / "nothing").exists())  # no gate decides by rules that were made to try it
        self.setUp()
        (self.folder / "empty").mkdir()
        self.set("folders", ["empty"], "packs")
        self.cured("packs", "empty", 4, by_hand=lambda: self.set("folders", ["rules"], "packs"))
        self.setUp()
        self.set("folders", ["nowhere"], "data")
        self.cured("data", "nowhere", 4)
        self.setUp()
        self.set("default_queue", "service_dsk")
        self.cured("packs", "caveat.toml:[0-9]+:[0-9]+ gate.default_queue.*service_dsk.*did you mean service_desk", 3)
        # a mistake is named where it is, whichever folder comes first; what `check` shows is what serve met
        self.setUp()
        (self.folder / "bad").mkdir()
        (self.folder / "bad/pack.cav").write_text("pack x\nrule broken\n", encoding="utf-8")
        for folders in (["rules", "bad"], ["bad", "rules"]):
            self.set("folders", folders, "packs")
            refused = self.run_caveat("serve", "--config", "caveat.toml").stderr
            self.assertRegex(refused, r"the rules in bad have .*`caveat check " + " ".join(folders) + "`")
        printed = self.cured("packs", "[0-9]+ mistakes? in bad$", 3, by_hand=lambda: self.set("folders", ["rules"], "packs"))
        self.assertIn("bad/pack.cav:", printed)

    def test_the_configuration_and_the_callers(self):
        def mended():
            shutil.copy(self.sound / "caveat.toml", self.folder / "caveat.toml")

        path = self.folder / "caveat.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("listen", "lisen", 1), encoding="utf-8")
        self.cured("configuration", "caveat.toml:[0-9]+:1 http.lisen.*did you mean listen", 3, by_hand=mended)
        self.assertIn("listen = ", (self.folder / "caveat.toml.new").read_text(encoding="utf-8"))
        path.unlink()
        self.cured("configuration", "caveat.toml", 4, by_hand=mended)
        callers = self.folder / "log.callers.toml"
        callers.write_text("[[callers]]\nid = 5\n", encoding="utf-8")
        self.cured("callers", "log.callers.toml:2", 3)
        self.assertIn('id = "bank-app"', path.read_text(encoding="utf-8"))
        # a queue that no pack has leaves the gate up and is said wherever somebody looks
        callers.write_text("", encoding="utf-8")
        self.run_caveat("keys", "caller", "li.wei", "--role", "agent", "--queue", "service_dsk,service_desk", "--log", "log.db")
        odd = [check for check in self.doctor() if check["name"] == "callers" and check["level"] == "note"]
        self.assertEqual(len(odd), 1)
        self.assertRegex(odd[0]["say"], "li.wei .*service_dsk.*did you mean service_desk")
        self.starts()
        self.assertRegex((self.folder / "said").read_text(encoding="utf-8"), "note: li.wei is to see the queue .*service_dsk")
        self.assertIn('"event":"caller_unseen","caller":"li.wei","key":"queues","name":"service_dsk"',
                      (self.folder / "operation.jsonl").read_text(encoding="utf-8"))

    def test_cures_name_the_configuration_and_are_quoted_for_the_shell(self):
        shutil.move(self.folder / "caveat.toml", self.folder / "it's mine.toml")
        (self.folder / "caveat.toml").symlink_to("it's mine.toml")
        for name in ("log.db", "log.callers.toml"):
            (self.folder / name).unlink()
        shutil.rmtree(self.folder / "log.keys")
        self.set("path", "a b/log's.db")
        checks = {check["name"]: check for check in self.doctor("it's mine.toml")}
        self.assertEqual(checks["log"]["cure"], "`caveat serve --config 'it'\\''s mine.toml'`")
        self.assertIn("'a b/log'\\''s.keys'", checks["keys"]["cure"])
        (command,) = re.findall(r"`([^`]*)`", checks["callers"]["cure"])
        subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, check=True, capture_output=True)
        self.assertEqual([check["level"] for check in self.doctor("it's mine.toml") if check["name"] == "callers"], ["good"])

    def test_a_socket_that_cannot_be_beside_its_log_is_given_another_place(self):
        (self.folder / "log.sock").mkdir()
        self.cured("socket", "no socket", 4)
        self.assertNotEqual(self.doctor(), [])

    def test_an_address_that_is_taken_is_given_another_that_stays(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.set("listen", f"127.0.0.1:{taken.getsockname()[1]}")
            self.cured("listen", "in use", 4)
        self.assertNotIn('"127.0.0.1:0"', (self.folder / "caveat.toml").read_text(encoding="utf-8"))

    def test_what_others_may_write_is_told(self):
        def notes():
            return sorted((check["name"], check["cure"]) for check in self.doctor() if "can be written by others" in check["say"])
        self.assertEqual(notes(), [])
        (self.folder / "log.keys").chmod(0o777)
        (self.folder / "caveat.toml").chmod(0o666)
        (self.folder / "log.callers.toml").chmod(0o620)
        told = notes()
        self.assertEqual(told, [("callers", "`chmod go-w caveat.toml`"), ("callers", "`chmod go-w log.callers.toml`"),
                                ("keys", "`chmod 700 log.keys`")])
        for _, command in told:
            subprocess.run(["bash", "-c", command.strip("`")], cwd=self.folder, check=True)
        self.assertEqual(notes(), [])

    def test_a_log_without_a_path_is_refused_where_it_stands(self):
        self.set("path", "", "log")
        (wrong,) = [check for check in self.doctor() if not check["ok"]]
        self.assertRegex(wrong["say"], r"caveat\.toml:2:8 log\.path")
        self.assertEqual(self.run_caveat("serve", "--config", "caveat.toml").returncode, 3)
        self.assertFalse((self.folder / ".keys").exists())

    def test_callers_that_are_odd_are_told_and_one_secret_is_one_caller_s(self):
        made = self.run_caveat("keys", "caller", "li", "--role", "agent", "--config", "caveat.toml")
        self.assertEqual(made.returncode, 0, made.stderr)
        odd = [check["say"] for check in self.doctor() if check["name"] == "callers" and check["level"] == "note"]
        self.assertEqual(odd, ["li is an agent with no queue: no hand-off that waits is shown to it"])
        for arguments, says in ((("local", "--role", "bot"), "choose another id"),
                                (("b2", "--role", "bot", "--queue", "desk"), "--queue says which hand-offs an agent sees"),
                                (("a2", "--role", "auditor", "--confirms"), "--confirms says that a bot confirms")):
            refused = self.run_caveat("keys", "caller", *arguments, "--config", "caveat.toml")
            self.assertEqual((refused.returncode, refused.stdout), (2, ""))
            self.assertIn(says, refused.stderr)
        callers = self.folder / "log.callers.toml"
        text = callers.read_text(encoding="utf-8")
        callers.write_text(text + text.replace('"bot"', '"bot-desk"', 1).replace('["bot"]', '["agent"]'), encoding="utf-8")
        (wrong,) = [check for check in self.doctor() if not check["ok"]]
        self.assertIn("the one of bot", wrong["say"])
        self.assertEqual(self.run_caveat("serve", "--config", "caveat.toml").returncode, 3)
        self.assertEqual(self.run_caveat("keys", "caller", "x", "--role", "bot", "--log", "log.db").returncode, 3)
        # the same over both files
        digest = re.search(r'key_digest = ".*"', text)[0]
        callers.write_text(text, encoding="utf-8")
        path = self.folder / "caveat.toml"
        path.write_text(re.sub(r'key_digest = ".*"', digest, path.read_text(encoding="utf-8")), encoding="utf-8")
        (wrong,) = [check for check in self.doctor() if not check["ok"]]
        self.assertIn("log.callers.toml:1:1 callers.key_digest", wrong["say"])

    def test_a_new_key_leaves_its_file_readable_to_whom_it_was(self):
        path, real = self.folder / "caveat.toml", self.folder / "held/real.toml"

        def add(name):
            return self.run_caveat("keys", "caller", name, "--role", "bot", "--config", "caveat.toml")

        # a list in brackets takes no table, and is not written to
        text = path.read_text(encoding="utf-8")
        inline = f'callers = [{{id = "x", roles = ["bot"], key_digest = "{"a" * 64}"}}]\n'
        path.write_text(inline + text, encoding="utf-8")
        self.starts()
        refused = add("two")
        self.assertEqual((refused.returncode, refused.stdout), (3, ""))
        self.assertIn("caveat.toml callers: expected tables headed [[callers]]; found a list in brackets", refused.stderr)
        self.assertEqual(path.read_text(encoding="utf-8"), inline + text)
        path.write_text(text + "#" * (2**20 - len(text) - 20), encoding="utf-8")
        refused = add("two")
        self.assertEqual((refused.returncode, refused.stdout), (3, ""))
        self.assertIn("at most 1 MiB", refused.stderr)
        path.write_text(text, encoding="utf-8")
        # behind a link is the file, there or not yet
        real.parent.mkdir()
        path.rename(real)
        path.symlink_to("held/real.toml")
        self.assertEqual(add("two").returncode, 0)
        self.assertTrue(path.is_symlink())
        self.assertIn('id = "two"', real.read_text(encoding="utf-8"))
        (self.folder / "log.callers.toml").unlink()
        (self.folder / "log.callers.toml").symlink_to("held/callers.toml")
        self.assertEqual(self.run_caveat("keys", "caller", "three", "--role", "bot", "--log", "log.db").returncode, 0)
        self.assertTrue((self.folder / "log.callers.toml").is_symlink())
        self.assertIn('id = "three"', (real.parent / "callers.toml").read_text(encoding="utf-8"))
        if os.geteuid() == 0:  # who else could hand it over
            os.chown(real, 65534, 65533)
            real.chmod(0o640)
            self.assertEqual(add("four").returncode, 0)
            held = real.stat()
            self.assertEqual((held.st_uid, held.st_gid, held.st_mode & 0o777), (65534, 65533, 0o640))
        self.starts()

    def test_keys_that_are_made_at_once_are_all_there(self):
        for where in (("--log", "log.db"), ("--config", "caveat.toml")):
            makers = [subprocess.Popen([BINARY, "keys", "caller", f"{where[0][2:]}-{i}", "--role", "bot", *where], cwd=self.folder,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for i in range(12)]
            keys = [maker.communicate()[0] for maker in makers]
            self.assertEqual([maker.returncode for maker in makers], [0] * 12)
            self.assertTrue(all(key.startswith("cav_") for key in keys))
            text = (self.folder / ("log.callers.toml" if where[0] == "--log" else "caveat.toml")).read_text(encoding="utf-8")
            self.assertEqual(len(re.findall(rf'id = "{where[0][2:]}-', text)), 12)

    def test_a_key_that_the_file_does_not_have_is_put_in(self):
        with socket.socket() as taken:  # the default address: by us, or by whoever has it already
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind(("127.0.0.1", 8650))
                taken.listen()
            except OSError:
                pass
            short = '[log]\npath = "log.db"\n[packs]\nfolders = ["rules"]\n[logging]\nfile = "operation.jsonl"\n'
            for text in (short, short + "[http]\n", "[http]\nsocket = \"\"\n" + short, short.rstrip("\n")):
                (self.folder / "caveat.toml").write_text(text, encoding="utf-8")
                self.cured("listen", "8650", 4)

    def test_keys(self):
        keys = self.folder / "log.keys"
        for name in ("signing.key", "wrap.key"):
            (keys / name).chmod(0o644)
        self.cured("keys", "signing.key", 4)
        with contextlib.closing(sqlite3.connect(keys / "data.db")) as db:  # as a set that parted from a server leaves it
            db.execute("VACUUM INTO ?", (str(keys / "data.db.rescued"),))
        (keys / "data.db.rescued").chmod(0o600)
        self.cured("keys", "data.db.rescued", 4)
        for name in ("signing.key", "wrap.key", "data.db"):
            self.setUp()
            keys = self.folder / "log.keys"
            (keys / name).write_bytes(b"garbage" * 100)
            (keys / name).chmod(0o600)
            self.cured("keys", name, 4, backup=self.home / "backup.keys")
            (keys / name).unlink()
            self.cured("keys", name, 4, backup=self.home / "backup.keys")
        shutil.move(keys, self.home / f"gone-{os.getpid()}")
        self.cured("keys", "are not in", backup=self.home / "backup.keys", by_hand=None)
        (self.home / "passphrase").write_text("correct horse\n", encoding="utf-8")
        (self.home / "passphrase").chmod(0o600)
        environment = {**self.environment, "CAVEAT_PASSPHRASE_FILE": str(self.home / "passphrase")}
        subprocess.run([BINARY, "keys", "protect", "log.keys"], cwd=self.folder, env=environment, check=True, capture_output=True)
        self.cured("keys", "protected by a passphrase", 4)
        del self.environment["CAVEAT_PASSPHRASE_FILE"]
        shutil.rmtree(self.folder / "log.keys")
        self.run_caveat("keys", "new", "log.keys")
        self.cured("log", "belong to the log", 4, backup=self.home / "backup.keys")
        # a folder that is there and holds none
        self.setUp()
        (self.folder / "log.db").unlink()
        shutil.rmtree(self.folder / "log.keys")
        (self.folder / "log.keys").mkdir()
        (self.folder / "log.keys/note.txt").write_text("x", encoding="utf-8")
        self.cured("keys", "holds none", 4)

    def test_the_log_and_its_mark(self):
        (self.folder / "log.db").unlink()
        self.cured("log", "is not there, and its keys know", 4, backup=self.home / "backup.db")
        # what is no log of ours stays where it is
        for keys in (True, False):
            for name in ("other.txt", "/dev/null"):
                with self.subTest(keys=keys, name=name):
                    self.setUp()
                    if not keys:
                        shutil.rmtree(self.folder / "log.keys")
                        (self.folder / "log.db").unlink()
                    (self.folder / "other.txt").write_text("not a log\n" * 100, encoding="utf-8")
                    self.set("path", name, "log")
                    if name == "/dev/null":  # what is else named after it
                        self.set("keys", "some.keys" if not keys else "log.keys", "log")
                        self.set("socket", "s.sock")
                    if keys and name == "/dev/null":
                        (wrong,) = [check for check in self.doctor() if not check["ok"]]
                        self.assertRegex(wrong["cure"], "^`sed -i .*path")
                        continue
                    self.cured("log", "is no Caveat log", 4, starts=False)
                    self.assertEqual((self.folder / "other.txt").read_text(encoding="utf-8"), "not a log\n" * 100)
        # its WAL stayed: over a copy it would spoil that
        self.setUp()
        with contextlib.closing(sqlite3.connect(self.folder / "log.db")) as database:
            database.execute("PRAGMA wal_autocheckpoint = 0")
            database.execute("CREATE TABLE later (x)")
            database.executemany("INSERT INTO later VALUES (?)", [("x" * 3000,)] * 100)
            database.commit()
            stayed = (self.folder / "log.db-wal").read_bytes()
        self.assertGreater(len(stayed), 100_000)
        (self.folder / "log.db").unlink()
        (self.folder / "log.db-wal").write_bytes(stayed)
        self.cured("log", "is not there, and its keys know", 4, backup=self.home / "backup.db")
        self.assertEqual(self.run_caveat("log", "verify", "log.db").returncode, 0)
        self.assertEqual((self.folder / "log.db.bad/log.db-wal").read_bytes(), stayed)
        self.setUp()
        (self.folder / "log.db").write_bytes(b"no database" * 1000)
        self.cured("log", "is no Caveat log", 4, backup=self.home / "backup.db")
        self.setUp()
        shutil.copy(self.home / "old.db", self.folder / "log.db")
        self.cured("log", "an old copy was put back", 5)
        self.setUp()
        (self.folder / "log.keys/high-water").unlink()
        self.cured("log", "high-water", 4, backup=self.home / "backup.keys")
        self.setUp()
        self.set("high_water", "mark")
        self.cured("log", "its mark mark is not there|its mark .*mark is not there", 4)

    def test_clock_and_disk(self):
        self.environment |= {"LD_PRELOAD": str(self.home / "machine.so"), "ASAN_OPTIONS": "verify_asan_link_order=0"}

        def well():
            for name in ("SECONDS_AWAY", "NO_ROOM"):
                self.environment.pop(name, None)

        self.environment["SECONDS_AWAY"] = str(-86_400)
        wrong = [check for check in self.doctor() if not check["ok"]]
        self.assertEqual([check["name"] for check in wrong], ["clock"])
        self.assertRegex(wrong[0]["say"], "and the newest record is of ")
        self.assertIn("`timedatectl set-ntp true`", wrong[0]["cure"])  # not run: it would be this machine's
        # Ahead for one turn, then right again: what the log holds does not go back.
        self.environment["SECONDS_AWAY"] = str(40 * 86_400 + 3_600)
        subprocess.run([BINARY, "decide", "--rules", "rules", "--log", "log.db"], cwd=self.folder, env=self.environment, check=True,
                       capture_output=True, input=json.dumps(turn(3)).encode())
        well()
        wrong = [check for check in self.doctor() if not check["ok"]]
        self.assertEqual([check["name"] for check in wrong], ["clock"])
        self.assertIn("40 days ahead of the clock", wrong[0]["say"])
        self.assertIn("If it is right", wrong[0]["cure"])
        process = subprocess.Popen([BINARY, "serve", "--config", "caveat.toml"], cwd=self.folder, env=self.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", int(process.stdout.readline().rsplit(":", 1)[1]), timeout=60)
            connection.request("GET", "/readyz")
            reply = connection.getresponse()
            said = {check["name"]: check for check in json.loads(reply.read())["checks"]}["clock"]
            self.assertEqual((reply.status, said["ok"]), (200, True))
            self.assertIn("40 days ahead of the clock", said["say"])
            connection.close()
        finally:
            process.terminate()
            process.wait(60)
            process.stdout.close()
        told = [line for line in map(json.loads, (self.folder / "operation.jsonl").read_text().splitlines())
                if "clock_behind_log" in line.values()]
        self.assertEqual(len(told), 1)
        self.setUp()
        self.environment |= {"LD_PRELOAD": str(self.home / "machine.so"), "ASAN_OPTIONS": "verify_asan_link_order=0"}
        self.environment["NO_ROOM"] = "1"
        self.assertIn("log.db", self.cured("disk", "MiB are free", by_hand=well, starts=False))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
