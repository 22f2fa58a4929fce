"""An evidence package of this build is verified by a program that shares nothing with it but docs/formats.md, and refuted by it when a
byte of any member has changed.

    interop_test.py TREE CAVEAT
"""
import base64
import collections
import copy
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import types
import unittest
import zipfile

try:
    import cbor2
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
except ImportError:  # another Python stands before Debian's, whose packages they are
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

ROOT, CAVEAT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
del sys.argv[1:]
sys.dont_write_bytecode = True  # the tree stays as it is
sys.path.insert(0, f"{ROOT}/tests/interop")
import verify_package  # noqa: E402


def encoded(value):
    """Deterministic CBOR of what an opened record is made of."""
    return cbor2.dumps(value, canonical=True)


def signed(seed, message):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


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
        return subprocess.run([sys.executable, "-B", f"{ROOT}/tests/interop/verify_package.py", *arguments], capture_output=True, text=True, check=False)

    def test_it_is_intact_by_the_page_of_formats_alone(self):
        done = self.verify(self.package, self.key)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_without_a_key_it_is_intact_and_signed_by_nobody_that_was_named(self):
        self.assertEqual(self.verify(self.package).returncode, 5)

    def test_called_wrongly_it_says_how_it_is_called_and_refutes_nothing(self):
        with open(self.key, encoding="utf-8") as file:
            key = file.read()
        files = {}
        for name, text in (("bad", key[:-4] + "\n"), ("empty", "\n"), ("binary", "\udcff\n")):
            files[name] = f"{self.place.name}/{name}.vkey"
            with open(files[name], "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        for arguments in ([], ["nowhere.zip"], [self.place.name], [self.package, "nowhere.vkey"], *([self.package, file] for file in files.values())):
            done = self.verify(*arguments)
            with self.subTest(arguments):
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn("verify_package.py PACKAGE.zip [LOG.vkey …]", done.stderr)
                self.assertNotIn("Traceback", done.stderr)

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

    def both_of(self, members):
        """What caveat and the other verifier say of these members, signed again with the log's key."""
        forged = f"{self.place.name}/forged.zip"
        with open(forged, "wb") as file:
            file.write(verify_package.canonical_zip(self.signed_again(members)))
        ours = subprocess.run([CAVEAT, "verify", forged, "--key", self.key], capture_output=True, text=True, check=False)
        return ours, self.verify(forged, self.key)

    def signed_again(self, members):
        """As somebody makes it who holds the signing key: the manifest fits the members as they are now, as far as it names them."""
        text = members["manifest.json"].decode()
        for m in json.loads(text)["members"]:
            if m["name"] in members:
                data = members[m["name"]]
                row = '{"name":"%s","size":%d,"sha256":"%s"}'
                text = text.replace(row % (m["name"], m["size"], m["sha256"]), row % (m["name"], len(data), hashlib.sha256(data).hexdigest()))
        note = "caveat.manifest/v1\n" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "\n"
        return dict(members, **{"manifest.json": text.encode(), "manifest.json.sig": self.note(note)})

    def note(self, text):
        """By the log's key."""
        with open(os.path.dirname(self.key) + "/signing.key", encoding="utf-8") as file:
            seed = next(line.split(" ", 1)[1] for line in file if line.startswith("key "))
        with open(self.key, encoding="utf-8") as file:
            name, key_id, _ = file.read().strip().split("+", 2)
        signature = signed(base64.b64decode(seed), text.encode())
        return (text + "\n— %s %s\n" % (name, base64.b64encode(bytes.fromhex(key_id) + signature).decode())).encode()

    def test_both_say_the_same_of_a_receipt(self):
        where = f"{self.place.name}/received"
        os.mkdir(where)
        log = os.path.dirname(self.package) + "/log.db"
        for name, more in (("one.zip", []), ("other.zip", ["--checkpoint", f"{where}/checkpoint"])):
            subprocess.run([CAVEAT, "report", log, "--out", f"{where}/{name}", "--purpose", "“x” \"q\"\nSHA-256 of manifest.json: 0", "--requested-by", name, *more], check=True, capture_output=True)
            with zipfile.ZipFile(f"{where}/{name}") as archive:
                archive.extract("checkpoint", where)
        self.assertIn("? 12: records that stand between the checkpoint and it: 1;", self.verify(f"{where}/other.zip", self.key).stdout)
        receipts = {}
        for name in ("one", "other"):
            with open(f"{where}/{name}.zip.receipt", encoding="utf-8") as file:
                receipts[name] = file.read()
        sound = receipts.pop("one")
        _, extra, index, *path = sound.split("\n\n")[0].split("\n")
        for label, before, after in (("an index", index, index + "0"), ("no extra", extra + "\n", ""), ("a hash less", path[0] + "\n", ""),
                                     ("a hash more", path[0], path[0] + "\n" + path[0]), ("another root", sound.split("\n")[-4], path[0])):
            receipts[label] = sound.replace(before, after, 1)
        for at in range(7, len(sound) - 1, len(sound) // 12):
            receipts[f"character {at}"] = sound[:at] + ("A" if sound[at] != "A" else "B") + sound[at + 1:]
        for label, text in {"as it was": sound, **receipts}.items():
            with open(f"{where}/one.zip.receipt", "w", encoding="utf-8") as file:
                file.write(text)
            ours = subprocess.run([CAVEAT, "verify", f"{where}/one.zip", "--key", self.key], capture_output=True, text=True, check=False)
            theirs, expected = self.verify(f"{where}/one.zip", self.key), int(text != sound)
            with self.subTest(label):
                self.assertEqual((ours.returncode, theirs.returncode), (expected, expected), ours.stdout + theirs.stdout)
                self.assertIn("12 ✗" if expected else "12 ✓", ours.stdout)
                self.assertIn("✗ 12: receipt" if expected else "✓ 12: receipt", theirs.stdout)
                if not expected:
                    self.assertRegex(ours.stdout, r"Custody: taken by .+ \(local\) at 20.+Z: record \d+ of the log\.\n  Requested by: one.zip\n  Purpose: “x” \"q\"\n    SHA-256 of manifest.json: 0\n  SHA-256 of manifest.json: [0-9a-f]{64}\n")
        os.remove(f"{where}/one.zip.receipt")
        self.assertIn("? 12: its receipt (FILE.zip.receipt) does not lie beside it", self.verify(f"{where}/one.zip", self.key).stdout)

    def test_both_recount_the_closing_record_of_a_day(self):
        base = f"{self.place.name}/closed.zip"
        subprocess.run([CAVEAT, "report", os.path.dirname(self.package) + "/log.db", "--out", base, "--seed", "mine"], check=True, capture_output=True)
        state = self.read(base)
        headers, manifest, size = list(state.headers.values()), state.manifest, state.size
        kinds = collections.Counter(verify_package.KINDS[header[3]] for header in headers)
        verdicts = collections.Counter(verify_package.VERDICTS[one[1]] for one in state.verdicts.values())
        rules = collections.Counter(rule for one in state.verdicts.values() for rule in {rule[1] for rule in one[2]})
        counts = [sorted(map(list, counted.items())) for counted in (kinds, verdicts, rules)]
        sound = {1: (datetime.date(1970, 1, 1) + datetime.timedelta(days=headers[-1][5] // verify_package.DAY)).isoformat(), 2: counts[0], 3: counts[1], 4: counts[2], 5: [0, size], 6: 0}

        def closed(event, kept_back=False, kind=92, days=1):
            """The next day's first record, which closes this one, in a tree with it; the version another, whose page nobody can print."""
            encoded_event, salt = encoded(event), b"s" * 32
            header = {**headers[-1], 3: kind, 4: size, 5: headers[-1][5] + days * verify_package.DAY, 9: {13: verify_package.commitment(13, salt, encoded_event)}}
            leaves = [encoded(one) for one in (*headers, header)]
            self.assertEqual(leaves[:-1], [encoded(one) for one in headers])
            root = base64.b64encode(verify_package.rebuild(0, size + 1, 0, [verify_package.sha(b"\0", leaf) for leaf in leaves], [])).decode()
            text = state.members["manifest.json"].decode()
            for name, value in (("version", '"9.9.9"'), ("size", size + 1), ("root", f'"{root}"'), ("checkpoint_time", header[5]),
                                ("range", '{"first":0,"end":%d}' % (size + 1))):
                text = re.sub(r'\n  "%s": .*,\n' % name, lambda _, n=name, v=value: f'\n  "{n}": {v},\n', text, count=1)  # pylint: disable=cell-var-from-loop
            text = text.replace('"records":%d' % manifest["counts"]["records"], '"records":%d' % (manifest["counts"]["records"] + 1))
            opened = state.members["opened/000000"] + (b"" if kept_back else encoded({1: size, 2: [[13, salt, encoded_event]]}))
            return self.both_of(dict(state.members, **{
                "manifest.json": text.encode(), "opened/000000": opened, "checkpoint": self.note("%s\n%d\n%s\n" % (manifest["origin"], size + 1, root)),
                "headers/000000": b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)}))

        def less(part, by=1):
            return {**sound, part: [[sound[part][0][0], sound[part][0][1] - by], *sound[part][1:]]}
        ours, theirs = closed(sound)
        self.assertEqual((ours.returncode, theirs.returncode), (0, 0), ours.stdout + theirs.stdout)
        self.assertIn("11 ✓", ours.stdout)
        self.assertIn("✓ 11: closed days", theirs.stdout)
        forgeries = {**{f"less of {part}": (less(part), {}) for part in (2, 3, 4)}, **{f"more of {part}": (less(part, -1), {}) for part in (2, 3, 4)},
                     "none of something": ({**sound, 2: sorted([*sound[2], ["gap", 0]])}, {}), "not read": ({**sound, 6: 1}, {}),
                     "something twice": ({**sound, 3: [sound[3][0], *sound[3]]}, {}), "another day": ({**sound, 1: "2020-02-02"}, {}),
                     "a part of the day": ({**sound, 5: [1, size]}, {}), "itself too": ({**sound, 5: [0, size + 1]}, {}),
                     "kept back": (sound, {"kept_back": True}), "within a day": (sound, {"days": 0})}
        for label, (event, how) in forgeries.items():
            ours, theirs = closed(event, **how)
            with self.subTest(label):
                self.assertEqual((ours.returncode, theirs.returncode), (1, 1), ours.stdout + theirs.stdout)
                self.assertIn("✗ 11: closed days", theirs.stdout)

    def test_both_verifiers_refuse_what_was_signed_again_and_is_no_package_that_caveat_writes(self):
        with zipfile.ZipFile(self.package) as archive:
            sound = {info.filename: archive.read(info) for info in archive.infolist()}
        manifest = json.loads(sound["manifest.json"])
        counts = manifest["counts"]

        def said(before, after):
            text = sound["manifest.json"].decode()
            self.assertIn(before, text)
            return dict(sound, **{"manifest.json": text.replace(before, after, 1).encode()})

        def of(name, data):
            return dict(sound, **{name: data})
        row = '{"name":"%s","size":%d,"sha256":"%s"}'
        page = row % ("VERIFY.md", len(sound["VERIFY.md"]), hashlib.sha256(sound["VERIFY.md"]).hexdigest())
        verdicts = '"verdicts":' + json.dumps(counts["verdicts"], separators=(",", ":"))
        renamed = said("headers/000000", "headers/000001")
        renamed["headers/000001"] = renamed.pop("headers/000000")
        forgeries = {
            "records": said('"records":%d' % counts["records"], '"records":%d' % (counts["records"] - 1)),
            "population": said('"population":%d' % counts["population"], '"population":%d' % (counts["population"] - 1)),
            "seed": said('"seed": "%s"' % manifest["seed"], '"seed": "00"'),
            "format 2": said('"format": 1,', '"format": 2,'),
            "format 1.0": said('"format": 1,', '"format": 1.0,'),
            "a member of the manifest that there is not": said('"format": 1,', '"format": 1,\n  "x": 5,'),
            "a member of the manifest twice": said('"population":', '"population":99,"population":'),
            "language": said('"language":"en"', '"language":"xx"'),
            "subjects of nobody": said('"subjects":[]', '"subjects":["%s"]' % ("0" * 32)),
            "an alias of no rule": said('"alias":""', '"alias":"confidential/0123456789abcdef"'),
            "another rule as an alias": said('"rule":"","alias":""', '"rule":"cn.wealth/a","alias":"cn.wealth/b"'),
            "an alias of an alias": said('"rule":"","alias":""', '"rule":"confidential/00","alias":"confidential/0123456789abcdef"'),
            "version": said('"version": "', '"version": "x'),
            "the time of the checkpoint": said('"checkpoint_time": %d' % manifest["checkpoint_time"], '"checkpoint_time": 1577836800000000'),
            "a later time of the checkpoint": said('"checkpoint_time": ', '"checkpoint_time": 1'),
            "whose key": said('"key":"', '"key":"Supervisory Authority '),
            "no story": said('"stories":5', '"stories":0'),
            "texts in one language": said('"findings_zh":[]', '"findings_zh":["x"]'),
            "a record without sections": of("opened/000000", sound["opened/000000"] + encoded({1: 200, 2: []})),
            "subjects": said('"subjects":[]', '"subjects":["zz"]'),
            "verdicts of another kind": said(verdicts, verdicts.replace("[", "[0.0,").replace(",%d]" % counts["verdicts"][-1], "]")),
            "six verdicts": said(verdicts, verdicts.replace("]", ",0]")),
            "a false verdict": said(verdicts, verdicts.replace("0", "false", 1)),
            "other blanks": said('"format": 1', '"format":  1'),
            "an escape too many": said('"purpose":"', '"purpose":"\\u0041'),
            "the name of the headers": renamed,
            "proofs.json": of("proofs.json", b'{"range_proof": []}\n'),
            "log.vkey of two lines": of("log.vkey", sound["log.vkey"] + b"garbage second line\n"),
            "log.vkey without its end": of("log.vkey", sound["log.vkey"].rstrip(b"\n")),
            "a member listed twice": said(page, page + ",\n    " + page),
            "a member that Caveat does not write": dict(
                said(page, page + ",\n    " + row % ("a/x", 2, hashlib.sha256(b"hi").hexdigest())), **{"a/x": b"hi"}),
        }
        for label, members in {"signed again": sound, **forgeries}.items():
            ours, theirs = self.both_of(members)
            with self.subTest(label):
                expected = int(label in forgeries)
                self.assertEqual((ours.returncode, theirs.returncode), (expected, expected), ours.stdout + theirs.stdout)
                if label == "records":  # the count that differs, not another one
                    self.assertIn("records of the period: recounted", ours.stdout)

    def test_both_hold_the_rules_of_a_package_against_the_digests_of_the_records(self):
        where = f"{self.place.name}/rules"
        os.mkdir(where)
        log = os.path.dirname(self.package) + "/log.db"

        def report(name, *more):
            done = subprocess.run([CAVEAT, "report", log, "--out", f"{where}/{name}.zip", *more], check=False, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            with zipfile.ZipFile(f"{where}/{name}.zip") as archive:
                return {info.filename: archive.read(info) for info in archive.infolist()}, done.stderr

        def claim_16(name, language="en"):
            ours = subprocess.run([CAVEAT, "verify", f"{where}/{name}.zip", "--key", self.key, "--language", language], capture_output=True, text=True, check=False)
            theirs = self.verify(f"{where}/{name}.zip", self.key)
            self.assertEqual((ours.returncode, theirs.returncode), (0, 0), ours.stdout + theirs.stdout)
            return ours.stdout[ours.stdout.index("\n16 "):].split("\n\n")[0].strip(), theirs.stdout
        sound, said = report("all", "--packs", f"{ROOT}/rules")
        self.assertNotIn("--packs", said)
        with open(f"{where}/checkpoint", "wb") as file:
            file.write(sound["checkpoint"])
        self.assertEqual(sound, report("again", "--packs", f"{ROOT}/rules", "--checkpoint", f"{where}/checkpoint")[0])
        forms = sorted(name for name in sound if name.endswith(".cbor"))
        listed = json.loads(sound["manifest.json"])["packs"]
        self.assertEqual([f"packs/{pack['sha256']}.cbor" for pack in sorted(listed, key=lambda pack: pack["sha256"])], forms)
        self.assertEqual({hashlib.sha256(sound[name]).hexdigest() for name in forms}, {name[6:-5] for name in forms})
        wealth = next(pack["sha256"] for pack in listed if pack["name"] == "cn.wealth")
        with open(f"{ROOT}/rules/cn/wealth/pack.cav", "rb") as file:
            self.assertEqual(sound[f"packs/{wealth}/pack.cav"], file.read())
        ours, theirs = claim_16("all")
        self.assertRegex(ours, "^16 ✓ The rules that these decisions were made by are in the package[^\n]+\n +their comments and examples are no part of a digest[^\n]+$")
        self.assertIn("✓ 16: packs", theirs)
        self.assertRegex(claim_16("all", "zh")[0], "^16 ✓ 据以作出各决定的规则在证据包中[^\n]+\n +其中的注释与示例不计入摘要[^\n]+$")
        without, _ = report("none")
        self.assertEqual({name for name in without if name.startswith("packs/")}, set())
        self.assertNotIn(b'"packs"', without["manifest.json"])

        # A folder that has none of them, and packs of which another one is.
        subprocess.run([CAVEAT, "new", f"{where}/other"], check=True, capture_output=True)
        _, said = report("other", "--packs", f"{where}/other")
        self.assertIn(f"cn.wealth {next(pack['version'] for pack in listed if pack['name'] == 'cn.wealth')} with digest {wealth} is in no folder of --packs", said)
        ours, theirs = claim_16("other")
        self.assertIn("16 – ", ours)
        self.assertIn("the text of cn.wealth", ours)
        self.assertIn(f"? 16: packs: the texts of {len(listed)} are not in the package", theirs)
        self.assertIn("的文本未能取得", claim_16("other", "zh")[0])
        self.assertEqual(len([name for name in report("both", "--packs", f"{where}/other", "--packs", f"{ROOT}/rules")[0] if name.endswith(".cbor")]), len(forms))

        def with_member(name, data):
            text = sound["manifest.json"].decode()
            row = '    {"name":"%s","size":%d,"sha256":"%s"}' % (name, len(data), hashlib.sha256(data).hexdigest())
            rows = sorted([*re.findall(r'    \{"name":.*"size":.*\}', text), row], key=lambda one: one.split('"')[3])
            text = text[:text.index('  "members": [')] + '  "members": [\n' + ",\n".join(rows) + "\n  ]\n}\n"
            return dict(sound, **{name: data, "manifest.json": text.encode()})
        fewer = dict(sound, **{"manifest.json": re.sub(rb'("packs": \[\n)    .*\},\n', rb"\1", sound["manifest.json"])})
        forgeries = {"another text": (dict(sound, **{forms[0]: sound[forms[0]] + b"x"}), 1),
                     "another file": (dict(sound, **{f"packs/{wealth}/pack.cav": sound[f"packs/{wealth}/pack.cav"].replace(b"title en \"", b"title en \"Other ", 1)}), 0),
                     "a pack more": (with_member("packs/%s.cbor" % hashlib.sha256(b"x").hexdigest(), b"x"), 1),
                     "a member more": (with_member("packs/zzz", b"x"), 1), "a pack less": (fewer, 1),
                     **{f"a file by the name {name}": (with_member(f"packs/{wealth}{name}", b"x"), 1)
                        for name in ("", "/", "/.", "/../../x", "/a//b", "/%2E", "/%61.cav", "/%e8.cav", "/%4", "/a~b", "/" + "n" * 130)},
                     "said to be missing": (dict(sound, **{"manifest.json": sound["manifest.json"].replace(b'"text":"here"', b'"text":"missing"', 1)}), 1),
                     "another version": (dict(sound, **{"manifest.json": re.sub(rb'("name":"cn.wealth","version":")', rb"\g<1>9", sound["manifest.json"])}), 1)}
        for label, (members, expected) in forgeries.items():
            ours, theirs = self.both_of(members)
            with self.subTest(label):
                self.assertEqual((ours.returncode, theirs.returncode), (1, expected), ours.stdout + theirs.stdout)
                if label == "another file":
                    self.assertRegex(ours.stdout, f"the files in .*packs/{wealth}/.* say something else than the digest stands for")
                    self.assertIn("? 16: the files for people in packs/ are not compiled here", theirs.stdout)
        ours, theirs = self.both_of(with_member(f"packs/{wealth}/more.cav", b"rule rule"))
        self.assertEqual((ours.returncode, theirs.returncode), (1, 0), ours.stdout + theirs.stdout)
        self.assertIn(f"do not compile together: the first error is in packs/{wealth}/more.cav\n", ours.stdout)
        ours, theirs = self.both_of(with_member(f"packs/{wealth}/README.txt", b"These rules say nothing at all."))
        self.assertEqual((ours.returncode, theirs.returncode), (0, 0), ours.stdout + theirs.stdout)
        self.assertRegex(ours.stdout, f"\n16 – .*\n.*member packs/{wealth}/README.txt is neither a rule file nor a word list")

    def test_packs_with_confidential_rules_are_left_out_and_named(self):
        with tempfile.TemporaryDirectory() as where:
            with open(f"{where}/turns.jsonl", "w", encoding="utf-8") as file:
                file.write(json.dumps({"id": "1", "conversation": {"id": "c"}, "message": {"text": "in cash"}, "answer": {"text": "Yes."}}) + "\n")
            rules = f"{ROOT}/tests/adapters/gate/pack"
            subprocess.run([CAVEAT, "decide", "--rules", rules, "--log", f"{where}/log.db", f"{where}/turns.jsonl"], check=True, capture_output=True)
            done = subprocess.run([CAVEAT, "report", f"{where}/log.db", "--packs", rules, "--out", f"{where}/e.zip", "--json"], check=True, capture_output=True, text=True)
            self.assertEqual([one["why"] for one in json.loads(done.stdout)["packs_left_out"]], ["confidential"])
            with zipfile.ZipFile(f"{where}/e.zip") as archive:
                self.assertEqual([name for name in archive.namelist() if name.startswith("packs/")], [])
                self.assertNotIn(b"a_suspicion", archive.read("report.html"))
            ours = subprocess.run([CAVEAT, "verify", f"{where}/e.zip", "--key", f"{where}/log.keys/log.vkey"], check=False, capture_output=True, text=True)
            self.assertIn("has confidential rules and is left out", ours.stdout)
            self.assertEqual((ours.returncode, self.verify(f"{where}/e.zip").returncode), (0, 5))
            refused = subprocess.run([CAVEAT, "report", f"{where}/log.db", "--packs", rules, "--out", f"{where}/e.html"], check=False, capture_output=True, text=True)
            self.assertEqual((refused.returncode, "--packs goes with --out FILE.zip" in refused.stderr), (2, True), refused.stderr)

    def test_the_pages_that_the_other_verifier_does_not_print_are_refused_by_caveat_and_told_by_the_other(self):
        with zipfile.ZipFile(self.package) as archive:
            sound = {info.filename: archive.read(info) for info in archive.infolist()}
        for name in ("VERIFY.md", "report.html"):
            ours, theirs = self.both_of(dict(sound, **{name: b"All is well."}))
            with self.subTest(name):
                self.assertEqual(ours.returncode, 1, ours.stdout)
                self.assertIn("? 10: report.html and VERIFY.md", theirs.stdout)

    def test_a_rule_that_stands_under_its_name_and_its_alias_is_recounted_under_both(self):
        with tempfile.TemporaryDirectory() as where:
            with open(f"{ROOT}/tests/adapters/gate/pack/pack.cav", encoding="utf-8") as file:
                confidential = file.read()
            for number, text in enumerate((confidential.replace("  confidential\n", ""), confidential)):
                os.mkdir(f"{where}/{number}")
                with open(f"{where}/{number}/pack.cav", "w", encoding="utf-8") as file:
                    file.write(text)
                with open(f"{where}/turns.jsonl", "w", encoding="utf-8") as file:
                    file.writelines(json.dumps({"id": f"{number}-{turn}", "conversation": {"id": "c"}, "message": {"text": text},
                                                "answer": {"text": "Yes."}}) + "\n" for turn, text in enumerate(("in cash", "hello")))
                subprocess.run([CAVEAT, "decide", "--rules", f"{where}/{number}", "--log", f"{where}/log.db", f"{where}/turns.jsonl"], check=True, capture_output=True)
            package, key = f"{where}/both.zip", f"{where}/log.keys/log.vkey"
            subprocess.run([CAVEAT, "report", f"{where}/log.db", "--out", package, "--rule", "test.gate/a_suspicion"], check=True, capture_output=True)
            with zipfile.ZipFile(package) as archive:
                sound = {info.filename: archive.read(info) for info in archive.infolist()}
            self.assertEqual(json.loads(sound["manifest.json"])["counts"]["population"], 2)
            self.assertEqual(subprocess.run([CAVEAT, "verify", package, "--key", key], check=False, capture_output=True).returncode, 0)
            done = self.verify(package, key)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("is test.gate/a_suspicion by another name is the bank's word", done.stdout)

    def test_the_seed_is_reckoned_by_the_page_of_formats_for_any_query(self):
        for more in (["--from", "2020-01-01"], ["--to", "2099-01-01T10:00:00.120+08:00"], ["--verdict", "allow"],
                     ["--rule", "cn.wealth/x", "--purpose", "“x” \"q\"\\ y"], ["--seed", "mine"]):
            package = f"{self.place.name}/queried.zip"
            subprocess.run([CAVEAT, "report", os.path.dirname(self.package) + "/log.db", "--out", package, *more], check=True, capture_output=True)
            with self.subTest(more):
                done = self.verify(package, self.key)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_of_a_package_about_one_customer_both_say_what_is_the_banks_word_and_lost_keys_may_be_his(self):
        where = f"{self.place.name}/one"
        os.mkdir(where)
        with open(f"{ROOT}/examples/wealth.jsonl", encoding="utf-8") as turns:
            lines = turns.readlines()[:9]

        def turns_of(first, *customers):
            with open(f"{where}/turns.jsonl", "w", encoding="utf-8") as file:
                for number, customer in enumerate(customers, first):
                    turn = json.loads(lines[number])
                    turn["customer"] = dict(turn.get("customer", {}), id=customer)
                    turn["conversation"] = {"id": f"{customer}-{number}"}
                    turn["id"] = f"{customer}-{number}"
                    file.write(json.dumps(turn, ensure_ascii=False) + "\n")
            subprocess.run([CAVEAT, "decide", "--rules", f"{ROOT}/rules", "--log", f"{where}/log.db", f"{where}/turns.jsonl"], check=True, capture_output=True)

        def report():
            done = subprocess.run([CAVEAT, "report", f"{where}/log.db", "--customer", "k-1", "--out", f"{where}/one.zip", "--copy"], check=True, capture_output=True, text=True)
            verified = subprocess.run([CAVEAT, "verify", f"{where}/one.zip", "--key", f"{where}/log.keys/log.vkey"], check=False, capture_output=True, text=True)
            theirs = self.verify(f"{where}/one.zip", f"{where}/log.keys/log.vkey")
            self.assertEqual((verified.returncode, theirs.returncode), (0, 0), verified.stdout + theirs.stdout)
            return done.stderr, verified.stdout, theirs.stdout
        turns_of(0, "k-2", "k-2", "k-3")
        shutil.copytree(f"{where}/log.keys", f"{where}/before")  # of before his first turn
        turns_of(3, "k-1", "k-1", "k-3", "k-4")
        wrote, ours, theirs = report()
        self.assertIn("(2 decisions of 7 records)", wrote)
        self.assertIn("1 key id is the customer's is the bank's word; 5 decisions of the period are under other ids alone and are not opened", ours.splitlines()[-1])
        self.assertIn("? 8: that 1 key ids are the customer's is the bank's word; 5 decisions of the period are under other ids alone and are not opened", theirs)
        shutil.rmtree(f"{where}/log.keys")
        shutil.move(f"{where}/before", f"{where}/log.keys")
        wrote, ours, theirs = report()
        self.assertIn("(0 decisions and 3 that no key opens and that may be about this customer or another of 7 records)", wrote)
        self.assertIn("3 decisions of it are not opened", ours.splitlines()[-1])
        self.assertIn("2 key ids are the customer's is the bank's word; 4 decisions of the period are under other ids alone", ours.splitlines()[-1])
        self.assertIn("? 8: 3 decisions are sealed", theirs)

    def test_a_package_of_a_log_without_a_record_says_so_and_verifies(self):
        where = f"{self.place.name}/empty"
        os.mkdir(where)
        with open(f"{where}/turns.jsonl", "w", encoding="utf-8") as file:
            file.write("{}\n")  # is refused, and the log is made
        subprocess.run([CAVEAT, "decide", "--rules", f"{ROOT}/rules", "--log", f"{where}/log.db", f"{where}/turns.jsonl"], check=False, capture_output=True)
        subprocess.run([CAVEAT, "report", f"{where}/log.db", "--out", f"{where}/none.zip"], check=True, capture_output=True)
        ours = subprocess.run([CAVEAT, "verify", f"{where}/none.zip", "--key", f"{where}/log.keys/log.vkey"], check=False, capture_output=True, text=True)
        theirs = self.verify(f"{where}/none.zip", f"{where}/log.keys/log.vkey")
        self.assertEqual((ours.returncode, theirs.returncode), (0, 0), ours.stdout + theirs.stdout)
        self.assertIn("the log has no record yet", ours.stdout)
        self.assertIn("12 ✓", ours.stdout)
        with zipfile.ZipFile(f"{where}/none.zip") as archive:
            self.assertEqual(archive.read("checkpoint").decode().split("\n")[1:3], ["0", base64.b64encode(hashlib.sha256().digest()).decode()])

    def test_it_has_at_most_300_lines_of_its_own_and_can_be_read(self):
        with open(f"{ROOT}/tests/interop/verify_package.py", encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertLessEqual(len(lines), 300)
        self.assertLessEqual(max(map(len, lines)), 150)
        imported = {word for line in lines for name in re.findall(r"^(?:import|from) (.*)", line) for word in re.findall(r"\w+", name.split(" import ")[0].split("#")[0])}
        beside = {name.removesuffix(".py") for name in os.listdir(f"{ROOT}/tests/interop")}
        self.assertIn("cbor2", imported)
        self.assertEqual(imported & beside, set())

    def test_it_takes_cbor_in_its_one_form_and_of_the_types_of_records_alone(self):
        sound = [b"\x00", b"\xf6", b"\xf5", b"\x20", b"\x1b" + b"\xff" * 8, b"\x82\x01\xa1\x03\x41x", b"\xa2\x01\x02\x18\x20\x00", encoded({1: [2, "三", b"4", None, True]})]
        for item in sound:
            self.assertEqual(verify_package.cbor(item), cbor2.loads(item))
        self.assertEqual(list(verify_package.sequence(b"\x01\x02")), [1, 2])
        shared = cbor2.loads(encoded([]))
        for _ in range(40):
            shared = [shared, shared]
        refused = {"nothing": b"", "more behind it": b"\x00\x00", "a long head": b"\x18\x01", "of no end": b"\x9f\xff", "in pieces": b"\x5f\x41x\xff", "a fraction": b"\xf9\x3c\x00",
                   "keys out of order": b"\xa2\x02\x00\x01\x00", "a key twice": b"\xa2\x01\x00\x01\x00", "a key in words": b"\xa1\x61x\x00", "a key below 0": b"\xa1\x20\x00",
                   "a key of yes and no": b"\xa1\xf5\x00", "a large number": cbor2.dumps(1 << 64), "a time": b"\xc1\x00", "a set": b"\xd9\x01\x02\x81\x00", "undefined": b"\xf7", "another simple value": b"\xf0",
                   "deep": b"\x81" * 66 + b"\x00", "deeper": b"\x81" * 100_000 + b"\x00", "longer than there is": b"\x9b" + b"\x7f" * 8, "cut off": b"\x42x", "no UTF-8": b"\x61\xff",
                   "itself within it": b"\xd8\x1c\x81\xd8\x1d\x00", "one value many times": cbor2.dumps(shared, value_sharing=True), "text by reference": b"\xd9\x01\x00\x82\x63abc\xd8\x19\x00"}
        for label, item in refused.items():
            with self.subTest(label), self.assertRaises(Exception):  # whatever fails refutes
                verify_package.cbor(item)

    def test_it_takes_no_other_spelling_of_a_signature(self):
        key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
        name = ("example.org/log", b"1234", key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

        def note(signature):
            return "text\n\n— %s %s\n" % (name[0], base64.b64encode(name[1] + signature).decode())
        sound = key.sign(b"text\n")
        self.assertEqual(verify_package.open_note(note(sound), name), "text\n")
        order = 2**252 + 27742317777372353535851937790883648493
        again = sound[:32] + (int.from_bytes(sound[32:], "little") + order).to_bytes(32, "little")
        for signature in (again, sound[:-1], sound + b"\0", sound[:31] + bytes([sound[31] ^ 128]) + sound[32:]):
            with self.assertRaises(InvalidSignature):
                verify_package.open_note(note(signature), name)
        self.assertTrue(note(sound).endswith("=\n"))  # 68 bytes leave four bits that say nothing
        with self.assertRaisesRegex(ValueError, "spare bits"):
            verify_package.open_note(note(sound)[:-3] + chr(ord(note(sound)[-3]) + 1) + "=\n", name)

    def read(self, package):
        """What the checks have made of it."""
        state = types.SimpleNamespace(path=package, given=[])
        for check in (verify_package.check_whole, verify_package.check_members, verify_package.check_tree, verify_package.check_opened):
            check(state)
        return state

    def opened(self):
        """The package as it was read, the opened records of it, and where among them the decisions stand."""
        state = self.read(self.package)
        opened = list(verify_package.sequence(state.members["opened/000000"]))
        self.assertEqual(b"".join(map(encoded, opened)), state.members["opened/000000"])
        decisions = [place for place, item in enumerate(opened) if item[2] and item[2][0][0] == 1]
        self.assertEqual(len(decisions), 12)
        self.assertEqual(state.sealed, {})
        return state, opened, decisions

    def without(self, state, opened, verdict):
        """As somebody could make it who holds the signing key: what he signs anew is right in everything else."""
        forged = copy.deepcopy(state)
        forged.members["opened/000000"] = b"".join(map(encoded, opened))
        counts = forged.manifest["counts"]
        counts["population"] -= 1
        counts["verdicts"][verify_package.cbor(verdict)[1]] -= 1
        return forged

    def test_a_decision_that_is_opened_without_its_verdict_is_refused_also_where_the_counts_fit(self):
        state, opened, decisions = self.opened()
        for place in decisions:
            less = copy.deepcopy(opened)
            _, _, verdict = less[place][2].pop(0)
            forged = self.without(state, less, verdict)
            with self.subTest(record=opened[place][1]), self.assertRaisesRegex(ValueError, "other sections are opened than a package opens"):
                verify_package.check_opened(forged)

    def test_both_refuse_a_package_that_opens_less_or_more_of_a_record_than_a_package_opens(self):
        state, opened, decisions = self.opened()
        forgeries = {}
        for section, word in ((5, "rules"), (8, "digests")):
            less = copy.deepcopy(opened)
            less[decisions[3]][2] = [one for one in less[decisions[3]][2] if one[0] != section]
            forgeries[f"is opened without its {word}"] = dict(state.members, **{"opened/000000": b"".join(map(encoded, less))})
        one = f"{self.place.name}/of_one.zip"
        subprocess.run([CAVEAT, "report", os.path.dirname(self.package) + "/log.db", "--customer", "nobody", "--out", one], check=True, capture_output=True)
        with zipfile.ZipFile(one) as archive:
            his = {info.filename: archive.read(info) for info in archive.infolist()}
        untold = [{1: record[1], 2: [part for part in record[2] if part[0] != 10]} for record in opened if record[1] in range(12)]
        text = his["manifest.json"].decode()
        data = b"".join(map(encoded, untold))
        row = '\n    {"name":"opened/000000","size":%d,"sha256":"%s"},' % (len(data), hashlib.sha256(data).hexdigest())
        at = text.index('\n    {"name":"proofs.json"')
        his.update({"opened/000000": data, "manifest.json": (text[:at] + row + text[at:]).encode()})
        forgeries["of record 0 is opened, and a package of this query opens none of it"] = his
        for words, members in forgeries.items():
            ours, theirs = self.both_of(members)
            with self.subTest(words):
                self.assertEqual((ours.returncode, theirs.returncode), (1, 1), ours.stdout + theirs.stdout)
                self.assertIn(words, ours.stdout)
                self.assertIn("other sections are opened than a package opens", theirs.stdout)

    def test_a_decision_that_is_kept_sealed_is_told_and_takes_its_turn_in_the_sample(self):
        state, opened, decisions = self.opened()
        told = [place for place in decisions if opened[place][2][-1][0] == 10]
        self.assertEqual(len(told), 5)
        for sealed in (place for place in decisions if place not in told):
            less = copy.deepcopy(opened)
            _, _, verdict = less[sealed][2][0]
            forged = self.without(state, less[:sealed] + less[sealed + 1:], verdict)
            with self.subTest(sealed=sealed), self.assertRaisesRegex(ValueError, "not those that the seed draws"):
                verify_package.check_opened(forged)
        passed = 0  # what was drawn last makes room for it
        for dropped in told:
            less = copy.deepcopy(opened)
            less[dropped][2].pop()
            sealed = next(place for place in decisions if place not in told)
            _, _, verdict = less[sealed][2][0]
            forged = self.without(state, less[:sealed] + less[sealed + 1:], verdict)
            try:
                verify_package.check_opened(forged)
                passed += 1
                self.assertEqual(len(forged.sealed), 1)
            except ValueError as wrong:
                self.assertIn("not those that the seed draws", str(wrong))
        self.assertEqual(passed, 1)

    def test_both_refuse_a_sample_that_was_picked_by_hand(self):
        packages = {}
        for seed in ("AAAAAAAA", "BBBBBBBB"):
            package = f"{self.place.name}/{seed}.zip"
            subprocess.run([CAVEAT, "report", os.path.dirname(self.package) + "/log.db", "--out", package, "--seed", seed], check=True, capture_output=True)
            with zipfile.ZipFile(package) as archive:
                packages[seed] = {info.filename: archive.read(info) for info in archive.infolist()}
        picked = {name: data.replace(b"BBBBBBBB", b"AAAAAAAA") if name in ("report.html", "manifest.json") else data
                  for name, data in packages["BBBBBBBB"].items()}
        more = dict(packages["AAAAAAAA"])
        more["manifest.json"] = more["manifest.json"].replace(b'"stories":5', b'"stories":1000')
        for label, members in {"picked": picked, "more were asked for": more}.items():
            ours, theirs = self.both_of(members)
            with self.subTest(label):
                self.assertEqual((ours.returncode, theirs.returncode), (1, 1), ours.stdout + theirs.stdout)
                self.assertIn("the seed draws", theirs.stdout)

    def test_both_refuse_a_package_by_a_key_that_was_given_up_before_its_end(self):
        where = f"{self.place.name}/rotated"
        os.mkdir(where)
        with open(f"{ROOT}/examples/wealth.jsonl", encoding="utf-8") as turns:
            lines = turns.readlines()[:12]
        def decide(some):
            with open(f"{where}/turns.jsonl", "w", encoding="utf-8") as file:
                file.writelines(some)
            subprocess.run([CAVEAT, "decide", "--rules", f"{ROOT}/rules", "--log", f"{where}/log.db", f"{where}/turns.jsonl"], check=True, capture_output=True)
        decide(lines[:4])
        with open(f"{where}/log.keys/signing.key", encoding="utf-8") as file:
            old_seed = next(line.split(" ", 1)[1] for line in file if line.startswith("key "))
        with open(f"{where}/log.keys/log.vkey", encoding="utf-8") as file:
            old_key = file.read()
        subprocess.run([CAVEAT, "keys", "rotate", f"{where}/log.keys"], check=True, capture_output=True)
        decide(lines[4:])
        subprocess.run([CAVEAT, "report", f"{where}/log.db", "--out", f"{where}/evidence.zip", "--seed", "x"], check=True, capture_output=True)
        with open(f"{where}/old.vkey", "w", encoding="utf-8") as file:
            file.write(old_key)
        with open(f"{where}/both.vkey", "w", encoding="utf-8") as file, open(f"{where}/log.keys/log.vkey", encoding="utf-8") as now:
            file.write(old_key + now.read())
        with zipfile.ZipFile(f"{where}/evidence.zip") as archive:
            sound = {info.filename: archive.read(info) for info in archive.infolist()}

        def note(text):
            name, key_id, _ = old_key.split("+", 2)
            signature = bytes.fromhex(key_id) + signed(base64.b64decode(old_seed), text)
            return text + "\n— {} {}\n".format(name, base64.b64encode(signature).decode()).encode()
        members = dict(sound, **{"log.vkey": old_key.encode(), "checkpoint": note(sound["checkpoint"].split(b"\n\n")[0] + b"\n")})
        members["report.html"] = members["report.html"].replace(sound["checkpoint"].split(b"\n\n")[1], members["checkpoint"].split(b"\n\n")[1])
        text = sound["manifest.json"].decode()
        manifest = json.loads(text)
        for m in manifest["members"]:
            data, row = members[m["name"]], '{"name":"%s","size":%d,"sha256":"%s"}'
            text = text.replace(row % (m["name"], m["size"], m["sha256"]), row % (m["name"], len(data), hashlib.sha256(data).hexdigest()))
        members["manifest.json"] = text.encode()
        members["manifest.json.sig"] = note(b"caveat.manifest/v1\n" + base64.b64encode(hashlib.sha256(text.encode()).digest()) + b"\n")
        with open(f"{where}/forged.zip", "wb") as file:
            file.write(verify_package.canonical_zip(members))
        for name, expected in (("evidence.zip", 0), ("forged.zip", 1)):
            for key in ("old.vkey", "both.vkey"):
                ours = subprocess.run([CAVEAT, "verify", f"{where}/{name}", "--key", f"{where}/{key}"], capture_output=True, text=True, check=False)
                theirs = self.verify(f"{where}/{name}", f"{where}/{key}")
                with self.subTest(name=name, key=key):
                    self.assertEqual((ours.returncode, theirs.returncode), (expected, expected), ours.stdout + theirs.stdout)
        self.assertIn("was given up in record", ours.stdout)
        self.assertIn("was not the log's any more", theirs.stdout)

    def test_only_decisions_that_were_asked_for_count(self):
        state, opened, decisions = self.opened()
        header = state.headers[opened[decisions[3]][1]]
        asked = {"from": header[5], "to": header[5] + 1, "customer": "k", "subjects": [header[8][0].hex()]}
        query = dict(state.query, **asked)
        self.assertTrue(verify_package.asked_for(header, query))
        for name, value in (("from", header[5] + 1), ("to", header[5]), ("subjects", ["00" * 16])):
            self.assertFalse(verify_package.asked_for(header, dict(query, **{name: value})), name)
        self.assertFalse(verify_package.asked_for({**header, 3: 2}, query))
        state.query = query
        with self.assertRaisesRegex(ValueError, "of record 0 other sections are opened"):  # more than it says was asked for
            verify_package.check_opened(state)


if __name__ == "__main__":
    unittest.main()
