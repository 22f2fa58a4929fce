"""Shows that each check of .clang-tidy fires, and that .clang-format does: fires/<check>.cc breaks that check and no other.

    style_test.py TREE
"""
import os
import re
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
FIRES = os.path.join(ROOT, "tests/style/fires")
TIDY = ["clang-tidy-19", f"--config-file={ROOT}/.clang-tidy", "--quiet"]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def enabled():
    listed = run(*TIDY[:2], "--list-checks").stdout
    return sorted(re.findall(r"^ {4}(\S+)$", listed, re.M))


def fired(check):
    output = run(*TIDY, f"{FIRES}/{check}.cc", "--", "-std=c++20").stdout
    return re.findall(r"\[([a-z][\w.-]*?)(?:,-warnings-as-errors)?\]$", output, re.M)


class Style(unittest.TestCase):
    def test_each_check_has_a_file_that_breaks_it_and_no_other(self):
        checks = enabled()
        self.assertGreater(len(checks), 10)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for check, names in zip(checks, pool.map(lambda c: fired(c) if os.path.exists(f"{FIRES}/{c}.cc") else None, checks)):
                with self.subTest(check=check):
                    self.assertIsNotNone(names, f"tests/style/fires/{check}.cc is missing: nobody has seen this check fire")
                    self.assertEqual(set(names), {check})
        print(f"{len(checks)} checks of .clang-tidy seen to fire")

    def test_no_file_is_left_over_from_a_check_that_is_off(self):
        files = sorted(name[:-3] for name in os.listdir(FIRES) if name.endswith(".cc"))
        self.assertEqual(files, sorted(enabled() + ["layout"]))

    def test_each_kind_of_name_is_held(self):
        output = run(*TIDY, f"{FIRES}/readability-identifier-naming.cc", "--", "-std=c++20").stdout
        named = sorted(re.findall(r"invalid case style for ([\w ]+) '(\w+)'", output))
        self.assertEqual(named, sorted([
            ("class", "bad_class"), ("enum", "bad_enum"), ("enum constant", "BadEnumerator"), ("function", "BadFunction"),
            ("global constant", "bad_constant"), ("function", "BadMethod"), ("namespace", "BadNamespace"),
            ("parameter", "BadParameter"), ("private member", "unmarked"), ("public member", "BadMember"),
            ("type alias", "bad_alias"), ("variable", "BadVariable")]))

    def test_the_layout_is_held(self):
        bad = run("clang-format-19", f"--style=file:{ROOT}/.clang-format", "--dry-run", "--Werror", f"{FIRES}/layout.cc")
        self.assertNotEqual(bad.returncode, 0)
        self.assertIn("layout.cc:2:", bad.stderr)

    def test_clang_tidy_knows_every_option_that_is_set(self):
        checked = run(*TIDY[:2], "--verify-config")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


if __name__ == "__main__":
    unittest.main()
