"""What `caveat log prove` hands to somebody who has not the database, judged by programs that share nothing with ours (consistency.py, verify_package.py): a log goes on
from a checkpoint that was kept, and a record is in it. Where it does not, nothing is handed out.

    consistency_test.py TREE CAVEAT
"""
import base64
import contextlib
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

try:
    import cbor2  # noqa: F401  the verifier's  pylint: disable=unused-import
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
except ImportError:  # another Python stands before Debian's, whose packages they are
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]
sys.path.insert(0, f"{ROOT}/tests/interop")
import consistency  # noqa: E402
import verify_package  # noqa: E402


class Proofs(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.where, self.turns = place.name, 0
        self.run_it("new", "rules")
        for many in (1, 2, 7, 20, 300):
            self.decide(many)
        self.keys = [self.read("log.keys/log.vkey")]

    def path(self, name):
        return f"{self.where}/{name}"

    def read(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return file.read()

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return name

    def run_it(self, *arguments, stdin=""):
        return subprocess.run([CAVEAT, *arguments], cwd=self.where, input=stdin, capture_output=True, text=True, timeout=120, check=False)

    def decide(self, many, log="log.db"):
        turns = [{"id": f"t-{self.turns + number}", "answer": {"text": "There is risk."}} for number in range(many)]
        self.turns += many
        done = self.run_it("decide", "--rules", "rules", "--log", log, stdin="".join(json.dumps(turn) + "\n" for turn in turns))
        self.assertEqual(done.returncode, 0, done.stderr)

    def checkpoints(self, log="log.db"):
        with contextlib.closing(sqlite3.connect(self.path(log))) as db:
            return dict(db.execute("SELECT size, note FROM checkpoints ORDER BY size"))

    def prove(self, *arguments, log="log.db"):
        done = self.run_it("log", "prove", log, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, code, words, *arguments, log="log.db"):
        done = self.run_it("log", "prove", log, *arguments)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertIn(words, done.stderr)

    def judged(self, older, proof):
        return consistency.judge(older, proof, [verify_package.read_key(line) for line in self.keys])

    def beside(self, *files):
        command = ["/usr/bin/python3", f"{ROOT}/tests/interop/consistency.py", *map(self.path, files)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_the_log_goes_on_from_each_checkpoint_that_it_ever_signed(self):
        kept = self.checkpoints()
        self.assertGreaterEqual(len(kept), 5)
        newest = max(kept)
        self.assertGreaterEqual(newest, 330)
        for size, note in kept.items():
            proof = self.prove("--since", self.write("kept", note))
            self.assertEqual(self.judged(note, proof), (size, newest))
            self.assertTrue(proof.endswith("\n\n" + kept[newest]))

    def test_the_program_beside_judges_the_same_three_files(self):
        note = self.write("kept", self.checkpoints()[min(self.checkpoints())])
        self.write("proof", self.prove("--since", note))
        done = self.beside("kept", "proof", "log.keys/log.vkey")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("begin with the", done.stdout)
        self.write("proof", self.read("proof").replace("old ", "old 1"))
        done = self.beside("kept", "proof", "log.keys/log.vkey")
        self.assertEqual((done.returncode, done.stderr), (1, ""), done.stdout)
        self.assertIn("not shown: the proof is for another size: old 11\n", done.stdout)

    def test_the_program_beside_takes_a_receipt_as_the_older_one_and_says_why_it_shows_nothing(self):
        receipt, newest = self.write("receipt", self.prove("--index", "7")), max(self.checkpoints())
        self.decide(5)
        self.write("proof", self.prove("--since", receipt))
        done = self.beside("receipt", "proof", "log.keys/log.vkey")
        self.assertEqual((done.returncode, done.stdout), (0, f"the {newest + 5} records begin with the {newest} of the older checkpoint\n"), done.stderr)
        self.write("receipt", self.read("receipt").replace(f"\n{newest}\n", f"\n{newest - 1}\n"))
        done = self.beside("receipt", "proof", "log.keys/log.vkey")
        self.assertEqual((done.returncode, done.stdout), (1, "not shown: a signature is not that of the key\n"), done.stderr)

    def test_the_program_beside_judges_nothing_by_a_key_or_a_file_that_it_cannot_read(self):
        note = self.write("kept", self.checkpoints()[min(self.checkpoints())])
        self.write("proof", self.prove("--since", note))
        self.write("none.vkey", "")
        self.write("other.vkey", self.keys[0][:-9] + "\n")
        for files, words in (((), "consistency.py OLDER"), (("kept", "proof"), "consistency.py OLDER"), (("kept", "proof", "none.vkey"), "no key was named"),
                             (("kept", "proof", "other.vkey"), "log.vkey is not the one line"), (("kept", "proof", "nowhere"), "nowhere"),
                             (("kept", "nowhere", "log.keys/log.vkey"), "nowhere"), (("log.db", "proof", "log.keys/log.vkey"), "decode")):
            with self.subTest(files=files):
                done = self.beside(*files)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(words, done.stderr)
                self.assertNotIn("Traceback", done.stderr)

    def test_a_changed_character_of_a_proof_is_refused(self):
        kept, draw = self.checkpoints(), random.Random(20261128)
        sizes = sorted(kept)
        note = kept[sizes[2]]
        proof = self.prove("--since", self.write("kept", note))
        for at in range(len(proof)):
            changed = proof[:at] + draw.choice([one for one in "AZ09+/=\n x" if one != proof[at]]) + proof[at + 1:]
            with self.subTest(at=at), self.assertRaises(consistency.REFUSED):
                self.judged(note, changed)
        lines = proof.split("\n")
        for line in range(1, lines.index("")):
            for changed in (lines[:line] + lines[line + 1:], lines[:line] + [lines[line]] + lines[line:]):
                with self.assertRaises(consistency.REFUSED):
                    self.judged(note, "\n".join(changed))
        with self.assertRaises(consistency.REFUSED):
            self.judged(kept[sizes[1]], proof)

    def test_a_receipt_is_a_checkpoint_that_was_kept_and_is_handed_out_for_any_record(self):
        newest = max(self.checkpoints())
        with contextlib.closing(sqlite3.connect(self.path("log.db"))) as db:
            leaves = dict(db.execute("SELECT idx, header FROM headers"))
        key = verify_package.read_key(self.keys[0])
        for index in (0, 1, 255, 256, newest - 1):
            head, index_line, *path = self.prove("--index", str(index)).split("\n\n")[0].split("\n")
            self.assertEqual((head, index_line), ("c2sp.org/tlog-proof@v1", f"index {index}"))
            note = verify_package.open_note(self.prove("--index", str(index)).split("\n\n", 1)[1], key).split("\n")
            leaf = hashlib.sha256(b"\0" + leaves[index]).digest()
            root, _ = verify_package.climb(index, int(note[1]), leaf, [verify_package.strict64(line) for line in path])
            self.assertEqual((int(note[1]), root), (newest, verify_package.strict64(note[2])))
        receipt = self.write("receipt", self.prove("--index", "7"))
        self.decide(40)
        self.assertEqual(self.judged(self.read("receipt"), self.prove("--since", receipt))[0], newest)

    def test_a_change_of_key_and_a_bare_copy_are_bridged(self):
        first = self.write("kept", self.checkpoints()[min(self.checkpoints())])
        self.assertEqual(self.run_it("keys", "rotate", "log.keys").returncode, 0)
        self.decide(3)
        self.write("old.vkey", self.keys[0])
        self.keys.append(self.read("log.keys/log.vkey"))
        self.judged(self.read(first), self.prove("--since", first))
        os.rename(self.path("log.keys"), self.path("away"))
        self.refused(4, "keys_missing", "--since", first)
        self.write("new.vkey", self.keys[1])
        for what in (("--since", first), ("--index", "0")):
            self.refused(4, "changed the key of the log", *what, "--key", "old.vkey")
        self.judged(self.read(first), self.prove("--since", first, "--key", "old.vkey", "--key", "new.vkey"))
        self.assertTrue(self.prove("--index", "0", "--key", "new.vkey").startswith("c2sp.org/tlog-proof@v1\n"))

    def test_two_histories_under_one_key_an_old_copy_and_what_is_no_checkpoint_get_no_proof(self):
        shutil.copy(self.path("log.db"), self.path("copy.db"))
        shutil.copytree(self.path("log.keys"), self.path("copy.keys"))
        before = self.write("before", self.checkpoints()[max(self.checkpoints())])
        self.decide(5)
        kept = self.write("kept", self.checkpoints()[max(self.checkpoints())])
        self.refused(1, "records are missing at its end", "--since", kept, log="copy.db")
        self.decide(9, log="copy.db")
        self.refused(1, "does not begin with the tree of kept", "--since", kept, log="copy.db")
        self.judged(self.read(before), self.prove("--since", before, log="copy.db"))
        for name, text in (("empty", ""), ("notes", "These are my notes.\n"), ("edited", self.read(kept).replace("\n3", "\n2", 1))):
            self.refused(3, "kept_checkpoint", "--since", self.write(name, text))

    def test_what_is_used_wrongly_and_a_log_that_was_changed_say_so_and_give_nothing(self):
        kept = self.write("kept", self.checkpoints()[min(self.checkpoints())])
        self.refused(2, "--index N", *())
        self.refused(2, "--index N", "--index", "0", "--since", kept)
        for index in ("-1", "x", "1e3", str(max(self.checkpoints())), "99999999999999999999"):
            self.refused(2, "none of them", "--index", index)
        self.refused(4, "file_missing", "--since", "nowhere")
        with contextlib.closing(sqlite3.connect(self.path("log.db"))) as db, db:
            leaf, = db.execute("SELECT header FROM headers WHERE idx = 0").fetchone()
            db.execute("UPDATE headers SET header = ? WHERE idx = 0", (leaf[:-1] + bytes([leaf[-1] ^ 1]),))
        self.refused(5, "log_broken", "--index", "0")
        self.refused(5, "log_broken", "--since", kept)

    def replace_newest(self, note, log="log.db"):
        with contextlib.closing(sqlite3.connect(self.path(log))) as db, db:
            db.execute("UPDATE checkpoints SET note = ? WHERE size = (SELECT max(size) FROM checkpoints)", (note,))

    def test_a_newest_checkpoint_that_the_key_did_not_sign_gets_no_proof_and_accuses_nobody_of_two_logs(self):
        kept = self.write("kept", self.prove("--index", "3"))
        self.decide(3)
        newest = self.checkpoints()[max(self.checkpoints())]
        asked = (("--index", "3"), ("--since", kept), ("--index", "3", "--key", "log.keys/log.vkey"))
        text, signature = newest.rsplit(" ", 1)
        changed = f"{text} {signature[:40]}{'A' if signature[40] != 'A' else 'B'}{signature[41:]}"
        self.replace_newest(changed)
        for what in asked:
            self.refused(5, "not one that its key signed", *what)

        # Nor where the root was reckoned anew over a record that was changed.
        with contextlib.closing(sqlite3.connect(self.path("log.db"))) as db, db:
            leaf, = db.execute("SELECT header FROM headers WHERE idx = 1").fetchone()
            db.execute("UPDATE headers SET header = ? WHERE idx = 1", (leaf[:-1] + bytes([leaf[-1] ^ 1]),))
            leaves = [hashlib.sha256(b"\0" + header).digest() for header, in db.execute("SELECT header FROM headers ORDER BY idx")]
        origin, size, _ = newest.split("\n")[:3]
        root = base64.b64encode(verify_package.rebuild(0, len(leaves), 0, leaves, [])).decode()
        self.assertEqual(int(size), len(leaves))
        self.replace_newest(f"{origin}\n{size}\n{root}\n\n" + newest.split("\n\n")[1])
        for what in asked:
            self.refused(5, "not one that its key signed", *what)

    def test_a_key_that_was_changed_signs_no_proof_any_more(self):
        kept = self.write("kept", self.prove("--index", "3"))
        name, key_id, _ = verify_package.read_key(self.keys[0])
        seed, = (line.split()[1] for line in self.read("log.keys/signing.key").split("\n") if line.startswith("key "))
        self.assertEqual(self.run_it("keys", "rotate", "log.keys").returncode, 0)
        self.decide(3)
        text = self.checkpoints()[max(self.checkpoints())].split("\n\n")[0] + "\n"
        signature = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed)).sign(text.encode())
        self.replace_newest(f"{text}\n— {name} {base64.b64encode(key_id + signature).decode()}\n")
        for what in (("--index", "3"), ("--since", kept)):
            self.refused(5, "retired before", *what)

    def test_without_a_key_at_hand_it_is_said_that_no_signature_was_checked(self):
        shutil.copy(self.path("log.keys/log.vkey"), self.path("log.vkey"))
        os.rename(self.path("log.keys"), self.path("away"))
        done = self.run_it("log", "prove", "log.db", "--index", "0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("was not checked", done.stderr)
        named = self.run_it("log", "prove", "log.db", "--index", "0", "--key", "log.vkey")
        self.assertEqual((named.stdout, named.stderr), (done.stdout, ""))
        self.write("none.vkey", "none\n")
        self.refused(3, "bad_verifier_key", "--index", "0", "--key", "none.vkey")
        self.refused(4, "file_missing", "--index", "0", "--key", "nowhere.vkey")


if __name__ == "__main__":
    unittest.main()
