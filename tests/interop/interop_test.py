"""An evidence package of this build is verified by a program that shares nothing with it but docs/formats.md, and refuted by it when a
byte of any member has changed.

    interop_test.py TREE CAVEAT
"""
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        where = cls.place.name
        with open(f"{ROOT}/examples/wealth.jsonl", encoding="utf-8") as turns, open(f"{where}/turns.jsonl", "w", encoding="utf-8") as some:
            some.writelines(turns.readlines()[:12])
        for command in (["decide", "--rules", f"{ROOT}/rules", "--log", f"{where}/log.db", f"{where}/turns.jsonl"],
                        ["report", f"{where}/log.db", "--out", f"{where}/evidence.zip"]):
            subprocess.run([CAVEAT, *command], check=True, capture_output=True)
        cls.package, cls.key = f"{where}/evidence.zip", f"{where}/log.keys/log.vkey"

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def verify(self, *arguments):
        return subprocess.run([sys.executable, f"{ROOT}/tests/interop/verify_package.py", *arguments], capture_output=True, text=True, check=False)

    def test_it_is_intact_by_the_page_of_formats_alone(self):
        done = self.verify(self.package, self.key)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_without_a_key_it_is_intact_and_signed_by_nobody_that_was_named(self):
        self.assertEqual(self.verify(self.package).returncode, 5)

    def test_a_changed_byte_of_any_member_is_found(self):
        with open(self.package, "rb") as file:
            whole = file.read()
        changed = f"{self.place.name}/changed.zip"
        with zipfile.ZipFile(self.package) as archive:
            members = [member for member in archive.infolist() if member.file_size]
        self.assertLessEqual({"checkpoint", "headers/000000", "manifest.json", "manifest.json.sig", "opened/000000", "proofs.json",
                              "report.html", "VERIFY.md", "log.vkey"}, {member.filename for member in members})
        for member in members:
            at = member.header_offset + 30 + len(member.filename.encode()) + member.file_size // 2
            with open(changed, "wb") as file:
                file.write(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
            with self.subTest(member=member.filename):
                self.assertEqual(self.verify(changed, self.key).returncode, 1)


if __name__ == "__main__":
    unittest.main()
