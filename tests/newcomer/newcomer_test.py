#!/usr/bin/env python3
"""Replays each patch of patches/ on a copy of the tree and runs what it names (README.md beside this file).

    newcomer_test.py TREE BUILD [--only NAME]
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def head_and_paths(patch):
    """The lines `Key: value` above the first diff, and every path that the diffs touch."""
    head = {}
    with open(patch, encoding="utf-8") as file:
        text = file.read()
    above, mark, diffs = text.partition("diff --git ")
    if not mark:
        raise ValueError("there is no diff in it")
    for line in above.splitlines():
        match = re.match(r"(Page|Wish|Touches|Run|Expect|Before|Nightly): (.+)", line)
        if match:
            head.setdefault(match.group(1), []).append(match.group(2).strip())
    for key in ("Page", "Wish", "Touches", "Run", "Expect"):
        if key not in head:
            raise ValueError(f"the line `{key}: …` is missing above the diff")
    return head, re.findall(r"^(?:diff --git )?a/(\S+) b/\S+$", "diff --git " + diffs, re.M)


def copy_of(tree, where):
    listed = subprocess.run(["git", "-C", tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, text=True,
                            check=True).stdout
    for path in filter(None, listed.split("\0")):
        source, target = os.path.join(tree, path), os.path.join(where, path)
        if os.path.exists(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)


def run_all(commands, where, build):
    environment = {**os.environ, "PATH": build + os.pathsep + os.environ["PATH"], "CAVEAT_PACKAGES": "present", "CCACHE_BASEDIR": where,
                   "CCACHE_NOHASHDIR": "1"}
    output = ""
    for command in commands:
        done = subprocess.run(["bash", "-c", command], cwd=where, env=environment, capture_output=True, text=True, check=False)
        output += f"$ {command}\n{done.stdout}{done.stderr}(status {done.returncode})\n"
        if done.returncode != 0:
            return output, False
    return output, True


def replay(patch, tree, build):
    """What is wrong, or nothing."""
    try:
        head, paths = head_and_paths(patch)
    except ValueError as error:
        return str(error)
    allowed = [p.strip() for p in ",".join(head["Touches"]).split(",")]
    outside = [p for p in paths if not any(p == a or (a.endswith("/") and p.startswith(a)) for a in allowed)]
    if outside:
        return f"touches {', '.join(outside)}, and says that it touches {', '.join(allowed)} only"
    if not os.path.exists(os.path.join(tree, head["Page"][0])):
        return f"its page {head['Page'][0]} is gone"
    with tempfile.TemporaryDirectory(prefix="newcomer.") as where:
        copy_of(tree, where)
        if "Before" in head:
            output, _ = run_all(head["Run"], where, build)
            for pattern in head["Before"]:
                if not re.search(pattern, output):
                    return f"without the patch the output should hold /{pattern}/ and is:\n{output}"
        applied = subprocess.run(["git", "apply", "--whitespace=nowarn", os.path.abspath(patch)], cwd=where, capture_output=True, text=True, check=False,
                                 env={**os.environ, "GIT_CEILING_DIRECTORIES": os.path.dirname(where)})
        if applied.returncode != 0:
            return f"does not apply any more; make it again from {head['Page'][0]}:\n{applied.stderr}"
        output, done = run_all(head["Run"], where, build)
        if not done:
            return f"a command failed:\n{output}"
        for pattern in head["Expect"]:
            if not re.search(pattern, output):
                return f"the output should hold /{pattern}/ and is:\n{output}"
    return None


def main():
    arguments = sys.argv[1:]
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else None
    tree, build = os.path.abspath(arguments[0]), os.path.abspath(arguments[1])
    folder = os.path.join(tree, "tests/newcomer/patches")
    names = sorted(n for n in os.listdir(folder) if n.endswith(".patch")) if os.path.isdir(folder) else []
    if only:
        names = [n for n in names if n in (only, only + ".patch")]
        if not names:
            print(f"no patch is named {only}")
            return 2
    wrong = replayed = 0
    for name in names:
        patch = os.path.join(folder, name)
        with open(patch, encoding="utf-8") as file:
            nightly = re.search(r"^Nightly: yes$", file.read().partition("diff --git ")[0], re.M)
        if nightly and not only and not os.environ.get("CAVEAT_NIGHTLY"):
            print(f"{name}: left for the nightly run")
            continue
        trouble = replay(patch, tree, build)
        replayed += 1
        wrong += trouble is not None
        print(f"{name}: {trouble or 'replayed'}")
    print(f"{replayed - wrong} of {replayed} patches replayed")
    if not replayed:
        return 77  # ctest shows it as skipped, not as passed
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
