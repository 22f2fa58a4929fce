"""Checkpoints and receipts of a log of this build, verified unchanged by the code of other projects (other_client/main.go), and refused
by it when a bit has changed. Needs Go 1.25 or newer; without it this test is skipped, and `./check --nightly` brings one.

    other_client_test.py TREE CAVEAT HAND_OUT
"""
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT, CAVEAT, HAND_OUT = (os.path.abspath(path) for path in sys.argv[1:4])
del sys.argv[1:]
GO = os.environ.get("CAVEAT_GO") or shutil.which("go") or "/usr/local/go/bin/go"


def go_is_new_enough():
    try:
        version = subprocess.run([GO, "version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    found = re.search(r"go1\.(\d+)", version)
    return found is not None and int(found.group(1)) >= 25


class OtherClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        where = cls.where = cls.place.name
        environment = {**os.environ, "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}
        subprocess.run([GO, "build", "-trimpath", "-o", f"{where}/client", "."], cwd=f"{ROOT}/tests/interop/other_client",
                       env=environment, check=True)
        turns = [{"id": f"t-{number}", "customer": {"id": f"k-{number % 5}"}, "answer": {"text": "There is risk."}} for number in range(300)]
        subprocess.run([CAVEAT, "new", f"{where}/rules"], check=True, capture_output=True)
        for first in range(0, 300, 100):
            subprocess.run([CAVEAT, "decide", "--rules", f"{where}/rules", "--log", f"{where}/log.db"], check=True, capture_output=True,
                           input="".join(json.dumps(turn) + "\n" for turn in turns[first:first + 100]).encode())
        cls.out = f"{where}/out"
        os.mkdir(cls.out)
        subprocess.run([HAND_OUT, f"{where}/log.db", cls.out], check=True)
        cls.key = f"{where}/log.keys/log.vkey"
        cls.newest = max((int(path.rsplit("-", 1)[1]) for path in glob.glob(f"{cls.out}/checkpoint-*")))

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def client(self, *words):
        done = subprocess.run([f"{self.where}/client", *words], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_every_receipt_is_verified_unchanged(self):
        proofs = glob.glob(f"{self.out}/*.proof")
        self.assertGreaterEqual(len(proofs), 300)
        for proof in proofs:
            code, said = self.client("receipt", self.key, proof, proof.replace(".proof", ".leaf"))
            self.assertEqual(code, 0, f"{proof}: {said}")

    def test_every_checkpoint_is_verified_to_begin_the_newest(self):
        checkpoints = glob.glob(f"{self.out}/checkpoint-*")
        self.assertGreaterEqual(len(checkpoints), 3)
        for checkpoint in checkpoints:
            hashes = checkpoint.replace("checkpoint-", "consistency-")
            code, said = self.client("consistency", self.key, checkpoint, f"{self.out}/checkpoint-{self.newest}", hashes)
            self.assertEqual(code, 0, f"{checkpoint}: {said}")

    def test_a_changed_bit_of_a_receipt_is_refused(self):
        chance = random.Random(20261126)
        for number in (0, 255, 256, self.newest - 1):
            with open(f"{self.out}/{number}.proof", "rb") as file:
                whole = file.read()
            for _ in range(40):
                bit = chance.randrange(len(whole) * 8)
                changed = bytearray(whole)
                changed[bit // 8] ^= 1 << bit % 8
                path = f"{self.where}/changed.proof"
                with open(path, "wb") as file:
                    file.write(changed)
                code, said = self.client("receipt", self.key, path, f"{self.out}/{number}.leaf")
                self.assertEqual(code, 1, f"bit {bit} of {number}.proof: {said}")
            code, said = self.client("receipt", self.key, f"{self.out}/{number}.proof", f"{self.out}/{(number + 1) % self.newest}.leaf")
            self.assertEqual(code, 1, said)

    def test_a_report_brings_a_receipt_that_is_verified_too(self):
        package = f"{self.where}/evidence.zip"
        subprocess.run([CAVEAT, "report", f"{self.where}/log.db", "--out", package], check=True, capture_output=True)
        with open(package + ".receipt", encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(text.startswith("c2sp.org/tlog-proof@v1\n"))
        index = int(re.search(r"^index (\d+)$", text, re.M).group(1))
        again = f"{self.where}/again"
        os.mkdir(again)
        subprocess.run([HAND_OUT, f"{self.where}/log.db", again], check=True)
        code, said = self.client("receipt", self.key, package + ".receipt", f"{again}/{index}.leaf")
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    if not go_is_new_enough():
        print("skipped: no Go 1.25 or newer here")
        sys.exit(77)
    unittest.main()
