#!/usr/bin/env python3
"""Runs every case of this folder through `caveat check` (README.md tells how a case is written).

  language_test.py CAVEAT [--only TEXT] [--deletions]
  language_test.py --lines              holds the table of lines of README.md against the cases
  language_test.py --page               holds docs/language.md against the grammar: each word stands there, in both phrasings

--deletions shows that a case is live: the clause that it names is deleted from its own text, and its expectation must turn. A text that does not
compile any more has turned nothing: an example has to fail, and nothing but examples; of a case of a mistake the mistake must be gone, and no
other come. Where no clause can turn it, the case says why: `# Without  none: …`.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
OTHERS = {"messages", "parse", "limits"}  # folders of other tests
TURNED = {"example_fails", "example_text", "turn"}  # what an example or a turn says that does not come out
WARNED = re.compile(r"^[^:\n]*the_case\.cav:(?P<line>\d+):\d+: (?:warning|警告)\[(?P<code>\w+)\]", re.M)
FOUND = re.compile(r"^(?P<file>[^:\n]+\.cav):(?P<line>\d+):\d+: (?:error|错误)\[(?P<code>\w+)\]", re.M)


def expected(text):
    """(line, code) of every `# expect CODE` of a text."""
    return sorted((number, code) for number, line in enumerate(text.splitlines(), 1)
                  for code in re.findall(r"#\s*expect (\w+)\s*$", line))


def warned(text):
    """The same of `# warns CODE`."""
    return sorted((number, code) for number, line in enumerate(text.splitlines(), 1)
                  for code in re.findall(r"#\s*warns (\w+)\s*$", line))


def warnings(output):
    return sorted({(int(hit["line"]), hit["code"]) for hit in WARNED.finditer(output)})


def came_out(caveat, folder, text):
    """What is wrong with the outcomes of the turns that a case tells: `caveat decide` makes them, by one thread and by two."""
    told = re.findall(r"^# (Turn|Outcome)\s+(\{.*\})\s*$", text, re.M)
    if [kind for kind, _ in told] != ["Turn", "Outcome"] * (len(told) // 2):
        return "each line `# Turn     {…}` has to be followed by its line `# Outcome  {…}`"
    if not told:
        return None
    turns = pathlib.Path(folder) / "turns.jsonl"
    turns.write_text("".join(line + "\n" for _, line in told[::2]), encoding="utf-8")
    printed = []
    for jobs in "1", "2":
        done = subprocess.run([caveat, "decide", "--rules", folder, "--outcome", "--jobs", jobs, str(turns)], capture_output=True, text=True,
                              timeout=60, check=False, env={**os.environ, "LANG": "C.UTF-8"})
        printed.append(done.stdout)
        if done.returncode:
            return f"`decide` refused a turn:\n{done.stdout}{done.stderr}"
    if printed[0] != printed[1]:
        return f"one thread and two decide otherwise:\n{printed[0]}{printed[1]}"
    lines = printed[0].splitlines()
    if len(lines) != len(told) // 2:
        return f"{len(told) // 2} turns have {len(lines)} outcomes"
    for number, (line, (_, want)) in enumerate(zip(lines, told[1::2]), 1):
        got, want = json.loads(line), json.loads(want)
        off = {name: got.get(name) for name in want if got.get(name) != want[name]}
        if off:
            return f"turn {number} came out with {json.dumps(off, ensure_ascii=False)}"
    return None


def check(caveat, preamble, text):
    """The errors that `check` reports for a case, as (line, code), its exit status, what it printed, and errors in other files.
    An outcome of a turn that is not what the case says is an error of its own, `turn`."""
    with tempfile.TemporaryDirectory(prefix="case.") as folder:
        (pathlib.Path(folder) / "pack.cav").write_text(preamble, encoding="utf-8")
        case = pathlib.Path(folder) / "the_case.cav"
        case.write_text(text, encoding="utf-8")
        done = subprocess.run([caveat, "check", folder], capture_output=True, text=True, timeout=60, check=False,
                              env={**os.environ, "NO_COLOR": "1", "LANG": "C.UTF-8"})
        output = done.stdout + done.stderr
        errors = sorted({(int(hit["line"]), hit["code"]) for hit in FOUND.finditer(output)
                         if hit["file"].endswith("the_case.cav")})
        strangers = [hit.group(0) for hit in FOUND.finditer(output) if not hit["file"].endswith("the_case.cav")]
        wrong = came_out(caveat, folder, text) if done.returncode == 0 else None
        if wrong:
            return [(0, "turn")], 1, output + wrong, strangers
        return errors, done.returncode, output, strangers


def deleted(caveat, path, preambles, text, clauses, head):
    """What is wrong with a case once each clause that it names is deleted, one at a time: every mistake that it expects has to go with one of them."""
    want, told, left = expected(text), warned(text), expected(text)
    for clause in clauses:
        if clause not in text[head:]:
            return f"its clause `{clause}` is not in its text"
        got, status, output, strangers = check(caveat, preambles[path.suffixes[-2]], text[:head] + text[head:].replace(clause, "", 1))
        if told:
            turned = not got and status == 0 and not warnings(output)
        elif want:
            turned = set(got) < set(want) and status == (1 if got else 0)
            left = [one for one in left if one in got]
        else:
            turned = status == 1 and got and {code for _, code in got} <= TURNED
        if strangers or not turned:
            return f"without `{clause}` its expectation does not turn: found {got} {strangers} (status {status})\n{output}"
    return f"with none of its clauses {left} goes" if left else None


def trouble(caveat, path, preambles, deletions):
    text = path.read_text(encoding="utf-8")
    if not re.search(r"^# Shows\s+semantics \d+: ", text, re.M):
        return "no line `# Shows    semantics N: …`"
    want = expected(text)
    got, status, output, strangers = check(caveat, preambles[path.suffixes[-2]], text)
    if got != want or strangers or status != (1 if want else 0):
        return f"expected {want or 'that all examples hold'}, found {got} {strangers} (status {status})\n{output}"
    told = warned(text)
    if told and warnings(output) != told:
        return f"expected the warnings {told}, found {warnings(output)}\n{output}"
    without = list(re.finditer(r"^# Without\s+(.+)$", text, re.M))
    none = [hit[1] for hit in without if hit[1].startswith("none:")]
    if not without or none and (len(without) > 1 or not want or len(none[0].split(":", 1)[1].strip()) < 8):
        return "no line `# Without  CLAUSE`, or of a case of a mistake `# Without  none: WHY`, so nothing shows that the case is live"
    if deletions and not none:
        return deleted(caveat, path, preambles, text, [hit[1] for hit in without], without[-1].end())
    return None


def lines():
    """Mistakes of README.md's table: a file that is not there, a case without its row, a row without its cases."""
    root = FOLDER.parent.parent
    shown = {}  # number of a line -> folders with a case in both phrasings
    for path in FOLDER.glob("*/*.en.cav"):
        hit = re.search(r"^# Shows\s+semantics (\d+): ", path.read_text(encoding="utf-8"), re.M)
        if hit and path.with_name(path.name.replace(".en.", ".zh.")).exists():
            shown.setdefault(int(hit[1]), set()).add(path.parent.name)
    rows = {int(hit[1]): hit[2] for hit in re.finditer(r"^\| (\d+) \|[^|]*\|([^|]*)\|$",
                                                       (FOLDER / "README.md").read_text(encoding="utf-8"), re.M)}
    wrong = []
    for number, where in sorted(rows.items()):
        names = re.findall(r"`([^`]+)`", where)
        folders = {name for name in names if "/" not in name}
        wrong += [f"line {number}: there is no {name}" for name in names if "/" in name and not (root / name).exists()]
        wrong += [f"line {number}: no case of {folder}/ shows it" for folder in folders - shown.get(number, set())]
        wrong += [f"line {number}: {folder}/ shows it too" for folder in shown.get(number, set()) - folders]
        if not names:
            wrong.append(f"line {number}: nothing shows it")
    wrong += [f"line {number}: cases show it, and it has no row" for number in shown.keys() - rows.keys()]
    for what in wrong:
        print(what)
    print(f"{len(rows)} lines of the settled readings are shown")
    return 1 if wrong or not rows else 0


def page():
    """Words of the grammar that the language's page does not show, by their first spelling of each phrasing."""
    root = FOLDER.parent.parent
    text = (root / "docs" / "language.md").read_text(encoding="utf-8")
    words, missing = 0, []
    for name in ("keywords.def", "units.def"):
        for line in (root / "grammar" / name).read_text(encoding="utf-8").splitlines():
            if not re.match(r"(KEYWORD|VALUE|UNIT)\(", line):
                continue
            for spellings in re.findall(r'"([^"]*)"', line)[:2]:
                first = spellings.split("|")[0]
                words += 1 if first else 0
                if not re.search(r"(?<![A-Za-z])" + re.escape(first) + r"(?![A-Za-z])", text):
                    missing.append(f"{first}  ({line.split(',')[0]} of {name})")
    for what in missing:
        print(f"docs/language.md does not show: {what}")
    print(f"{words - len(missing)} of {words} words are shown")
    return 1 if missing or words < 300 else 0


def main():
    arguments = sys.argv[1:]
    if arguments == ["--lines"]:
        return lines()
    if arguments == ["--page"]:
        return page()
    caveat = os.path.abspath(arguments[0])
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    preambles = {suffix: (FOLDER / f"preamble{suffix}.cav").read_text(encoding="utf-8") for suffix in (".en", ".zh")}
    cases = [path for path in sorted(FOLDER.glob("*/*.cav"))
             if path.parent.name not in OTHERS and only in str(path)]
    wrong = 0
    for path in cases:
        twin = path.with_name(path.name.replace(".en.", ".#.").replace(".zh.", ".en.").replace(".#.", ".zh."))
        if not twin.exists():
            print(f"{path.relative_to(FOLDER)}: there is no {twin.name}")
            wrong += 1
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda path: trouble(caveat, path, preambles, "--deletions" in arguments), cases)
        for path, what in zip(cases, results):
            if what:
                wrong += 1
                print(f"{path.relative_to(FOLDER)}: {what}")
    print(f"{len(cases) - wrong} of {len(cases)} cases hold")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
