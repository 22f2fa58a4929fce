"""An evidence package of this build is verified by a program that shares nothing with it but docs/formats.md, and refuted by it when a
byte of any member has changed.

    interop_test.py TREE CAVEAT
"""
import copy
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]
sys.dont_write_bytecode = True  # the tree stays as it is
sys.path.insert(0, f"{ROOT}/tests/interop")
import verify_package  # noqa: E402


def encoded(value):
    """Deterministic CBOR of what an opened record is made of."""
    def head(major, number):
        if number < 24:
            return bytes([major << 5 | number])
        width = next(w for w in (1, 2, 4, 8) if number < 1 << 8 * w)
        return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + number.to_bytes(width, "big")
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(encoded, value))
    return head(5, len(value)) + b"".join(encoded(key) + encoded(value[key]) for key in sorted(value))


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

    def opened(self):
        """The package as it was read, the opened records of it, and where among them the decisions stand."""
        state = {}
        verify_package.check_whole(self.package, state)
        verify_package.check_signer(state, None)
        verify_package.check_members(state)
        verify_package.check_tree(state)
        verify_package.check_opened(state)
        opened, at, member = [], 0, state["members"]["opened/000000"]
        while at < len(member):
            item, at = verify_package.item(member, at, 0)
            opened.append(item)
        self.assertEqual(b"".join(map(encoded, opened)), member)
        decisions = [place for place, item in enumerate(opened) if item[2] and item[2][0][0] == 1]
        self.assertEqual(len(decisions), 12)
        self.assertEqual(state["sealed"], 0)
        return state, opened, decisions

    def without(self, state, opened, verdict):
        """As somebody could make it who holds the signing key: what he signs anew is right in everything else."""
        forged = copy.deepcopy(state)
        forged["members"]["opened/000000"] = b"".join(map(encoded, opened))
        counts = forged["manifest"]["counts"]
        counts["population"] -= 1
        counts["verdicts"][verify_package.cbor(verdict)[1]] -= 1
        return forged

    def test_a_decision_that_is_opened_without_its_verdict_is_refused_also_where_the_counts_fit(self):
        state, opened, decisions = self.opened()
        for place in decisions:
            less = copy.deepcopy(opened)
            _, _, verdict = less[place][2].pop(0)
            forged = self.without(state, less, verdict)
            with self.subTest(record=opened[place][1]), self.assertRaisesRegex(verify_package.Wrong, "without its verdict"):
                verify_package.check_opened(forged)

    def test_a_decision_that_is_kept_sealed_is_told(self):
        state, opened, decisions = self.opened()
        less = copy.deepcopy(opened)
        _, _, verdict = less.pop(decisions[3])[2][0]
        forged = self.without(state, less, verdict)
        verify_package.check_opened(forged)
        self.assertEqual(forged["sealed"], 1)

    def test_only_decisions_that_were_asked_for_count(self):
        state, opened, decisions = self.opened()
        header = state["headers"][opened[decisions[3]][1]]
        asked = {"from": header[5], "to": header[5] + 1, "customer": "k", "subjects": [header[8][0].hex()]}
        query = dict(state["manifest"]["query"], **asked)
        self.assertTrue(verify_package.asked_for(header, query))
        for name, value in (("from", header[5] + 1), ("to", header[5]), ("subjects", ["00" * 16])):
            self.assertFalse(verify_package.asked_for(header, dict(query, **{name: value})), name)
        self.assertFalse(verify_package.asked_for({**header, 3: 2}, query))
        state["manifest"]["query"] = query
        with self.assertRaisesRegex(verify_package.Wrong, "recounted"):  # the manifest counts more than it says was asked for
            verify_package.check_opened(state)


if __name__ == "__main__":
    unittest.main()
