"""Shows that the replay of patches can fail: each way in which a patch can go stale is told."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import newcomer_test  # noqa: E402

HEAD = "Page: page.md\nWish: a second line\nTouches: rules/\nRun: cat rules/a.cav\nExpect: second\n"
DIFF = """diff --git a/rules/a.cav b/rules/a.cav
--- a/rules/a.cav
+++ b/rules/a.cav
@@ -1 +1,2 @@
 first
+second
"""


class Replay(unittest.TestCase):
    def replay(self, patch, rules="first\n", page=True):
        with tempfile.TemporaryDirectory() as tree:
            subprocess.run(["git", "init", "-q", tree], check=True)
            os.makedirs(f"{tree}/rules")
            for path, text in (("rules/a.cav", rules), *([("page.md", "")] if page else []), ("one.patch", patch)):
                with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return newcomer_test.replay(f"{tree}/one.patch", tree, "/nowhere")

    def test_a_patch_that_works_is_replayed(self):
        self.assertIsNone(self.replay(HEAD + DIFF))

    def test_a_patch_that_no_longer_applies_names_the_page_to_make_it_from(self):
        self.assertIn("make it again from page.md", self.replay(HEAD + DIFF, rules="another\n"))

    def test_a_patch_that_goes_elsewhere_is_refused(self):
        self.assertIn("touches rules/a.cav", self.replay(HEAD.replace("rules/\n", "grammar/\n", 1) + DIFF))

    def test_a_command_that_fails_is_told_with_its_output(self):
        self.assertIn("(status 3)", self.replay(HEAD.replace("cat rules/a.cav", "exit 3") + DIFF))

    def test_an_output_without_what_was_expected_is_told(self):
        self.assertIn("should hold /third/", self.replay(HEAD.replace("Expect: second", "Expect: third") + DIFF))

    def test_a_patch_that_made_no_difference_is_told(self):
        self.assertIn("without the patch", self.replay(HEAD + "Before: second\n" + DIFF))

    def test_a_page_that_is_gone_is_told(self):
        self.assertIn("page.md is gone", self.replay(HEAD + DIFF, page=False))

    def test_a_head_that_leaves_something_out_is_told(self):
        self.assertIn("`Expect: …` is missing", self.replay(HEAD.replace("Expect: second\n", "") + DIFF))


if __name__ == "__main__":
    unittest.main()
