#!/usr/bin/env python3
"""Schemathesis against `caveat serve` with the description that it serves itself, once with each role's key and once without one.

    fuzz.py CAVEAT ST VALIDATOR [EXAMPLES]

Ends 1 if a check failed, a 500 was counted, the server went away, or its log does not verify afterwards.
"""
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CAVEAT, ST, VALIDATOR = (pathlib.Path(path).absolute() for path in sys.argv[1:4])
EXAMPLES = sys.argv[4] if len(sys.argv) > 4 else "100"
ROLES = ("bot", "agent", "auditor", "operator", "activator", "privacy")


def ask(port, method, path, body=None, key=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sent = dict(headers or {})
    if key:
        sent["Authorization"] = "Bearer " + key
    connection.request(method, path, body=None if body is None else json.dumps(body), headers=sent)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, text


def things(port, key, role, many):
    """Decisions, and hand-offs that hold, for the ids of paths."""
    ids = {"decisions": [], "handoffs": [], "conversations": []}
    for number in range(many):
        one = {"id": f"seed-{role}-{number}", "conversation": {"id": f"c-{role}-{number}"},
               "customer": {"id": f"k-{role}-{number}", "age": 17},
               "answer": {"text": "You cannot lose." if number % 2 else "Have a look."}}
        if number % 2 == 0:
            one["recommendation"] = {"products": [{"id": "p1", "name": "x"}]}
        status, text = ask(port, "POST", "/v1/decisions", one, key)
        body = json.loads(text)
        if status != 200:
            sys.exit(f"a turn that should be judged was not: {text}")
        ids["decisions"].append(body["decision"])
        ids["conversations"].append(f"c-{role}-{number}")
        if body.get("handoff"):
            ids["handoffs"].append(body["handoff"]["id"])
    if not ids["handoffs"]:
        sys.exit("no turn was handed off")
    return ids


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="caveat-openapi-"))
    keys = {}
    subprocess.run([CAVEAT, "new", folder / "rules"], check=True, stdout=subprocess.DEVNULL)
    for role in ROLES:
        queues = ["--queue", "*"] if role == "agent" else []  # of others it is refused
        made = subprocess.run([CAVEAT, "keys", "caller", role, "--role", role, "--source", "*", *queues, "--log",
                               folder / "log.db"], check=True, capture_output=True, text=True)
        keys[role] = made.stdout.strip()
    (folder / "caveat.toml").write_text('[log]\npath = "log.db"\n[packs]\nfolders = ["rules"]\n[gate]\ndeadline = "20 s"\n'
                                        '[http]\nlisten = "127.0.0.1:0"\n[logging]\nfile = "operation.jsonl"\n', encoding="utf-8")
    server = subprocess.Popen([CAVEAT, "serve", "--config", folder / "caveat.toml"], stdout=subprocess.PIPE, text=True)
    failed = []
    try:
        url = server.stdout.readline().strip()
        port = int(url.rsplit(":", 1)[1])
        description = folder / "openapi.json"
        description.write_text(ask(port, "GET", "/openapi.json")[1], encoding="utf-8")
        if subprocess.run([VALIDATOR, "--schema", "3.1", description], check=False).returncode != 0:
            failed.append("the description is not OpenAPI 3.1")
        for role in ROLES + (None,):
            ids = things(port, keys["bot"], role, 60) if role is not None else {}
            command = [ST, "--config-file", HERE / "schemathesis.toml", "run", url + "/openapi.json", "-n", EXAMPLES,
                       "--phases", "examples,coverage,fuzzing", "--generation-database", "none"]
            if role is not None:
                command += ["-H", "Authorization: Bearer " + keys[role]]
            environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "CAVEAT_IDS": json.dumps(ids)}
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
            cases = [line.strip() for line in done.stdout.splitlines() if " generated" in line]
            print(f"{role or 'no key'}: {'passed' if done.returncode == 0 else 'FAILED'} {' '.join(cases)}", flush=True)
            if done.returncode != 0:
                failed.append(f"with {role or 'no key'}:\n{done.stdout}\n{done.stderr}")
        if server.poll() is not None:
            failed.append(f"the server went away: {server.returncode}")
        else:
            errors = [line for line in ask(port, "GET", "/metrics")[1].splitlines() if 'status="500"' in line]
            if errors:
                failed.append("\n".join(errors))
    finally:
        server.terminate()
        code = server.wait(timeout=120)
        server.stdout.close()
    if code != 0:
        failed.append(f"the server ended with {code}")
    verified = subprocess.run([CAVEAT, "log", "verify", folder / "log.db"], capture_output=True, text=True, check=False)
    if verified.returncode != 0:
        failed.append(verified.stdout + verified.stderr)
    for why in failed:
        print(why)
    if not failed:
        shutil.rmtree(folder)
    else:
        print(f"the server's files lie in {folder}")
    return 1 if failed else 0


sys.exit(main())
