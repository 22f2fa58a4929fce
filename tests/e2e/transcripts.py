#!/usr/bin/env python3
"""Plays tests/conformance/messages/cli_*.txt against the real binary and compares all that is said, word for word.

A transcript is made of blocks:

    # what it shows
    file NAME            the lines that follow, each after "| ", are written to NAME
    | pack x
    $ caveat check .     a command line, run by bash in a fresh folder that also has `rules` and `examples`
    out| …               its standard output
    err| …               its standard error
    exit 1

What differs from run to run (digests, ids, times, the log's random name) is shown as {hash} {id} {time} {hex}.
`transcripts.py BINARY REPOSITORY --update` writes what is said now: read the difference before keeping it.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

VARYING = [
    (re.compile(r"\b[0-9a-f]{64}\b"), "{hash}"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "{id}"),
    (re.compile(r"\bcaveat\.local/[0-9a-f]{8}\b"), "caveat.local/{hex}"),
    (re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "{time}"),
    (re.compile(r"\bprocess \d+\b"), "process {pid}"),
]


def steady(text, folder):
    text = text.replace(folder, "{folder}")
    for pattern, shown in VARYING:
        text = pattern.sub(shown, text)
    return text


def play(path, binary, repository):
    """The transcript as it comes out now."""
    said = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        (folder / "bin" / "caveat").symlink_to(binary)
        for shared in ("rules", "examples"):
            (folder / shared).symlink_to(repository / shared)
        environment = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "LANG": "C.UTF-8", "HOME": name, "TMPDIR": name,
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), "TSAN_OPTIONS": os.environ.get("TSAN_OPTIONS", "")}
        writing = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if writing is not None and line.startswith("|"):
                said.append(line)
                with open(writing, "a", encoding="utf-8") as out:
                    out.write(line[2:] + "\n")
                continue
            writing = None
            if line.startswith("file "):
                said.append(line)
                writing = folder / line[5:]
                writing.parent.mkdir(parents=True, exist_ok=True)
                writing.write_text("", encoding="utf-8")
            elif line.startswith("$ "):
                said.append(line)
                done = subprocess.run(["bash", "-c", line[2:]], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                      capture_output=True, timeout=120, check=False)
                for label, stream in (("out", done.stdout), ("err", done.stderr)):
                    text = steady(stream.decode("utf-8", "backslashreplace"), name)
                    said += [f"{label}| {part}".rstrip() for part in text.splitlines()]
                said.append(f"exit {done.returncode}")
            elif not line.startswith(("out|", "err|", "exit ")):
                said.append(line)
    return "\n".join(said) + "\n"


def main():
    binary, repository = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    update = "--update" in sys.argv
    only = [word for word in sys.argv[3:] if not word.startswith("--")]
    paths = sorted((repository / "tests/conformance/messages").glob("cli_*.txt"))
    if only:
        paths = [path for path in paths if path.stem in only]
    if not paths:
        sys.exit("no transcript was found")
    wrong = 0
    for path in paths:
        kept = path.read_text(encoding="utf-8")
        said = play(path, binary, repository)
        if update:
            path.write_text(said, encoding="utf-8")
        if said == kept:
            print(f"ok    {path.stem}")
            continue
        print(f"other {path.stem}")
        if update:
            continue
        wrong += 1
        kept_lines, said_lines = kept.splitlines(), said.splitlines()
        for number in range(max(len(kept_lines), len(said_lines))):
            before = kept_lines[number] if number < len(kept_lines) else "(nothing)"
            after = said_lines[number] if number < len(said_lines) else "(nothing)"
            if before != after:
                print(f"  line {number + 1}\n    kept {before}\n    said {after}")
                break
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
