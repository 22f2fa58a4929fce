"""What must not compile. Each case compiles as it stands, and with -DMISUSE it is refused for the reason that its first line gives
(`// refused: <pattern over what the compiler says>`), so that a case can never pass because of a slip of the pen.

    misuse_test.py TREE COMPILER
"""
import glob
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wno-sign-conversion", "-Werror"]


def compile_case(compiler, tree, path, *flags):
    return subprocess.run([compiler, "-std=c++20", "-fsyntax-only", "-I", tree, *WARNINGS, *flags, path], capture_output=True, text=True,
                          check=False, env={**os.environ, "LC_ALL": "C"})


def main():
    tree, compiler = sys.argv[1], sys.argv[2]
    cases = sorted(glob.glob(os.path.join(tree, "tests/misuse/*.cc")))
    wrong = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        proper_runs = list(pool.map(lambda path: compile_case(compiler, tree, path), cases))
        misused_runs = list(pool.map(lambda path: compile_case(compiler, tree, path, "-DMISUSE"), cases))
    for path, proper, misused in zip(cases, proper_runs, misused_runs):
        name = os.path.basename(path)[:-3].replace("_", " ")
        with open(path, encoding="utf-8") as file:
            stated = re.match(r"// refused: (.+)\n", file.readline())
        if not stated:
            print(f"{name}: the first line does not say `// refused: <pattern>`")
            wrong += 1
            continue
        if proper.returncode != 0:
            print(f"{name}: does not compile even where it is used properly:\n{proper.stderr}")
        elif misused.returncode == 0:
            print(f"{name}: compiles, and must not")
        elif not re.search(stated.group(1), misused.stderr):
            print(f"{name}: is refused, but not for /{stated.group(1)}/:\n{misused.stderr}")
        else:
            print(f"{name}: refused")
            continue
        wrong += 1
    print(f"{len(cases) - wrong} of {len(cases)} cases are refused as they should be")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
