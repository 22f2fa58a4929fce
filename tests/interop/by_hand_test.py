"""VERIFY.md of a package, followed to the letter with the tools that it names and no others: what it promises to show it shows, and a
changed byte of any member makes one of its steps fail.

    by_hand_test.py TREE CAVEAT
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import zipfile

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]

# What every Unix has, and what the page names.
TOOLS = ["base64", "cut", "grep", "head", "mktemp", "openssl", "rm", "sed", "sha256sum", "tail", "unzip"]


class ByHand(unittest.TestCase):
    environment = {}

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        where = cls.place.name
        for command in (["decide", "--rules", f"{ROOT}/rules", "--log", f"{where}/log.db", f"{ROOT}/examples/service.jsonl"],
                        ["report", f"{where}/log.db", "--packs", f"{ROOT}/rules", "--out", f"{where}/evidence.zip"]):
            subprocess.run([CAVEAT, *command], check=True, capture_output=True)
        cls.key = f"{where}/log.vkey"
        shutil.copy(f"{where}/log.keys/log.vkey", cls.key)
        cls.folder = f"{where}/evidence"
        with zipfile.ZipFile(f"{where}/evidence.zip") as archive:
            archive.extractall(cls.folder)
            cls.members = archive.namelist()
        cls.tools = f"{where}/bin"
        os.mkdir(cls.tools)
        for tool in TOOLS:
            found = shutil.which(tool)
            if found:
                os.symlink(found, f"{cls.tools}/{tool}")

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def follow(self):
        """What each command of the page said, its page taken from the package itself."""
        with open(f"{self.folder}/VERIFY.md", encoding="utf-8") as file:
            blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.S | re.M)
        self.assertGreaterEqual(len(blocks), 1)
        commands, keys = re.subn("^KEY=.*$", f"KEY={self.key}", "\n".join(blocks), flags=re.M)  # what the page asks for
        self.assertEqual(keys, 1)
        done = subprocess.run(["/bin/sh", "-c", commands], cwd=self.folder, env={"PATH": self.tools, "LC_ALL": "C.UTF-8", **self.environment},
                              capture_output=True, text=True, errors="replace", timeout=60, check=False)
        return done.stdout, done.stderr

    def all_is_well(self):
        said, errors = self.follow()
        complaint = "invalid" in errors or "No such file" in errors  # a step that complains has not been passed
        return (said.count("Signature Verified Successfully"), "manifest: same" in said, "members: same" in said and not complaint), said + errors

    def test_a_true_package_passes_every_step_with_these_tools_alone(self):
        shown, said = self.all_is_well()
        self.assertEqual(shown, (2, True, True), said)
        self.assertNotIn("not found", said)

    def test_a_changed_byte_of_any_member_fails_a_step(self):
        for name in self.members:
            if name == "VERIFY.md":
                continue  # the page that is followed
            path = f"{self.folder}/{name}"
            with open(path, "rb") as file:
                whole = file.read()
            for at in {0, len(whole) // 3, len(whole) - 2}:
                with open(path, "wb") as file:
                    file.write(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
                shown, said = self.all_is_well()
                with self.subTest(member=name, byte=at):
                    self.assertNotEqual(shown, (2, True, True), said)
            with open(path, "wb") as file:
                file.write(whole)
        self.assertEqual(self.all_is_well()[0], (2, True, True))

    def test_a_package_made_anew_under_another_key_fails_the_first_step(self):
        where = tempfile.TemporaryDirectory()
        self.addCleanup(where.cleanup)
        with open(self.key, encoding="utf-8") as file:
            origin = file.read().split("+")[0]
        for command in (["keys", "new", "--origin", origin, "log.keys"],
                        ["decide", "--rules", f"{ROOT}/rules", "--log", "log.db", f"{ROOT}/examples/service.jsonl"],
                        ["report", "log.db", "--out", "evidence.zip"]):
            subprocess.run([CAVEAT, *command], cwd=where.name, check=True, capture_output=True)
        with zipfile.ZipFile(f"{where.name}/evidence.zip") as archive:
            archive.extractall(f"{where.name}/evidence")
        with unittest.mock.patch.object(self, "folder", f"{where.name}/evidence"):
            shown, said = self.all_is_well()
        self.assertEqual(shown, (0, False, False), said)

    def test_what_somebody_else_left_behind_is_not_what_is_verified(self):
        """Nothing can be written where temporary files go: then nothing is verified either."""
        with unittest.mock.patch.object(self, "environment", {"TMPDIR": f"{self.place.name}/nowhere"}):
            shown, said = self.all_is_well()
        self.assertEqual(shown, (0, False, False), said)
        with open(f"{self.folder}/VERIFY.md", encoding="utf-8") as file:
            self.assertNotIn("/tmp", file.read())

    def test_rules_that_were_put_in_place_of_others_fail_a_step_whoever_signed_them(self):
        """The manifest names what lies there; a DIGEST.cbor has to have its digest all the same."""
        forms = [name for name in self.members if re.fullmatch(r"packs/[0-9a-f]{64}\.cbor", name)]
        self.assertGreaterEqual(len(forms), 3)
        with open(f"{self.folder}/VERIFY.md", encoding="utf-8") as file:
            page = file.read()
        alone = re.search(r"^for form in packs.*?^done\n", page, re.S | re.M)[0]
        for last, expected in ((b"", 0), (b"x", 1)):
            with open(f"{self.folder}/{forms[-1]}", "ab") as file:
                file.write(last)
            done = subprocess.run(["/bin/sh", "-e", "-c", alone], cwd=self.folder, env={"PATH": self.tools}, check=False)
            self.assertEqual(done.returncode, expected)
        with open(f"{self.folder}/{forms[-1]}", "r+b") as file:
            file.truncate(os.path.getsize(f"{self.folder}/{forms[-1]}") - 1)
        self.assertEqual(self.all_is_well()[0], (2, True, True))
        # What lies beside it is what a person reads: the product compiles it.
        for form in forms:
            done = subprocess.run([CAVEAT, "check", f"{self.folder}/packs", "--json"], capture_output=True, text=True, check=False)
            self.assertIn(form[6:-5], done.stdout)

    def test_a_missing_member_fails_a_step(self):
        for name in self.members:
            if name == "VERIFY.md":
                continue
            path = f"{self.folder}/{name}"
            os.rename(path, path + ".away")
            shown, said = self.all_is_well()
            os.rename(path + ".away", path)
            with self.subTest(member=name):
                self.assertNotEqual(shown, (2, True, True), said)


if __name__ == "__main__":
    unittest.main()
