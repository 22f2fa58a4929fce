"""Holds the pages against the tree: links lead somewhere, paths exist, and what a page shows as run is run.

    docs_test.py TREE [--run CAVEAT]

A block that is run stands below the line `<!-- runs -->`: a fence `sh` in which `./run ARGS…` is `caveat ARGS…` with this build's binary.
If a fence `json` or `text` follows at once, it is what the last command prints. In `text`, `…` stands for anything in a line and a line
that is only `…` for any number of lines; in `json` the text "…" stands for any value. A fence `json` below `<!-- FILE: ID -->` is that turn
of a file of examples, laid out for reading.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

arguments = sys.argv[1:]
ROOT = os.path.abspath(arguments[0] if arguments else os.path.join(os.path.dirname(__file__), "../.."))
CAVEAT = os.path.abspath(arguments[arguments.index("--run") + 1]) if "--run" in arguments else None
del sys.argv[1:]
TOP = ("engine", "audit", "adapters", "grammar", "rules", "tests", "docs", "examples", ".cmake", ".ci")


def pages():
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], capture_output=True, text=True, check=True).stdout
    return [p for p in listed.splitlines() if os.path.exists(os.path.join(ROOT, p))]


def text_of(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def without_fences(text):
    return re.sub(r"^```.*?^```$", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S | re.M)


def blocks(text):
    """(line, commands, kind of the fence that follows or None, its text)"""
    for match in re.finditer(r"^<!-- runs -->\n+```sh\n(.*?)^```\n(?:\n*```(json|text)\n(.*?)^```\n)?", text, re.S | re.M):
        yield text[:match.start()].count("\n") + 1, match.group(1).strip().splitlines(), match.group(2), match.group(3)


def same_json(shown, found, path=""):
    """Where they differ first, or None."""
    if shown == "…":
        return None
    if isinstance(shown, dict) and isinstance(found, dict):
        for name in [*shown, *[n for n in found if n not in shown]]:
            if name not in found or name not in shown:
                return f"{path}/{name}: shown {name in shown}, found {name in found}"
            where = same_json(shown[name], found[name], f"{path}/{name}")
            if where:
                return where
        return None
    if isinstance(shown, list) and isinstance(found, list) and len(shown) == len(found):
        return next(filter(None, (same_json(a, b, f"{path}/{i}") for i, (a, b) in enumerate(zip(shown, found)))), None)
    return None if shown == found else f"{path}: shown {json.dumps(shown, ensure_ascii=False)}, found {json.dumps(found, ensure_ascii=False)}"


def same_text(shown, found):
    pattern = "".join(r"(?:.*\n)*" if line.strip() == "…" else ".*".join(map(re.escape, line.rstrip().split("…"))) + r"[ \t]*\n" for line in shown.splitlines())
    return re.fullmatch(pattern, found.rstrip("\n") + "\n") is not None


class Pages(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        checked = 0
        for page in pages():
            for target in re.findall(r"\]\(([^)\s]+)\)", without_fences(text_of(page))):
                if re.match(r"[a-z]+:", target) or target.startswith("#"):
                    continue
                with self.subTest(page=page, link=target):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, os.path.dirname(page), target.split("#")[0])))
                checked += 1
        self.assertGreater(checked, 10)

    def test_every_path_that_a_page_names_exists(self):
        checked = 0
        for page in pages():
            for path in re.findall(r"`([^`\s]+)`", without_fences(text_of(page))):
                path = path.removeprefix("./").rstrip(".,:")
                if not path.startswith(tuple(t + "/" for t in TOP)) or re.search(r"[<>{}…$]|NAME|NNN|ROOM", path):
                    continue
                with self.subTest(page=page, path=path):
                    near = [os.path.join(ROOT, path), os.path.join(ROOT, os.path.dirname(page), path)]
                    if "*" in path:  # a pattern speaks of any folder of its kind
                        near.append(os.path.join(ROOT, "**", path))
                    self.assertTrue(any(glob.glob(p, recursive=True) or glob.glob(p + ".*") for p in near), "is not in the tree")
                checked += 1
        self.assertGreater(checked, 20)

    @unittest.skipUnless(CAVEAT, "no binary was given")
    def test_what_a_page_shows_as_run_runs(self):
        ran = 0
        for page in pages():
            with tempfile.TemporaryDirectory() as where:
                for name in ("rules", "examples", "docs"):
                    os.symlink(os.path.join(ROOT, name), os.path.join(where, name))
                for line, commands, kind, shown in blocks(text_of(page)):
                    with self.subTest(page=page, line=line):
                        for command in commands:
                            ran += 1
                            self.assertIn("./run ", command)
                            script = "set -o pipefail; " + command.replace("./run ", '"$CAVEAT" ')
                            done = subprocess.run(["bash", "-c", script], cwd=where, env={**os.environ, "CAVEAT": CAVEAT}, capture_output=True, text=True,
                                                  check=False, stdin=subprocess.DEVNULL)
                            self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
                            for path in glob.glob(os.path.join(where, "*.toml")):  # a server of this machine may have the usual port
                                with open(path, encoding="utf-8") as file:
                                    text = file.read()
                                with open(path, "w", encoding="utf-8") as file:
                                    file.write(text.replace("127.0.0.1:8650", "127.0.0.1:0"))
                        if kind == "json":
                            self.assertIsNone(same_json(json.loads(shown), json.loads(done.stdout)), done.stdout)
                        elif kind == "text":
                            self.assertTrue(same_text(shown, done.stdout), f"shown:\n{shown}found:\n{done.stdout}")
        print(f"{ran} commands of the pages were run")


    def test_a_turn_that_a_page_shows_is_the_one_of_the_examples(self):
        for page in pages():
            for file, name, shown in re.findall(r"^<!-- (examples/\S+): (\S+) -->\n+```json\n(.*?)^```", text_of(page), re.S | re.M):
                with self.subTest(page=page, turn=name):
                    turns = [json.loads(line) for line in text_of(file).splitlines()]
                    self.assertEqual([t for t in turns if t["id"] == name], [json.loads(shown)])


class Comparing(unittest.TestCase):
    """The comparison itself can say no."""

    def test_json(self):
        self.assertIsNone(same_json({"a": [1], "b": "…"}, {"a": [1], "b": {"c": 2}}))
        self.assertEqual(same_json({"a": [1]}, {"a": [2]}), "/a/0: shown 1, found 2")
        self.assertIn("/b: shown False", same_json({"a": 1}, {"a": 1, "b": 2}))
        self.assertIn("/b: shown True", same_json({"b": "…"}, {}))

    def test_text(self):
        self.assertTrue(same_text("a …\n…\nz\n", "a 12 s\nx\ny\nz\n"))
        self.assertFalse(same_text("a …\nz\n", "a 12 s\nx\nz\n"))
        self.assertFalse(same_text("a.c\n", "abc\n"))

    def test_blocks(self):
        self.assertEqual(list(blocks("x\n<!-- runs -->\n```sh\n./run a\n./run b\n```\n\n```json\n{}\n```\n")), [(2, ["./run a", "./run b"], "json", "{}\n")])
        self.assertEqual(list(blocks("```sh\n./run a\n```\n")), [])


if __name__ == "__main__":
    unittest.main()
