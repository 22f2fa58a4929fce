"""A log and its keys are read by a program that shares nothing with ours but docs/formats.md: each key file, table, record, section, tag,
state value and checkpoint is decoded, and whatever the page does not explain is named.

    log_by_page.py FILE.db FILE.keys [PASSPHRASE_FILE]      prints what does not fit the page, then how many of each kind it read; ends 1 if anything did not
"""
import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import os
import re
import sqlite3
import sys
from collections import Counter

try:
    import cbor2
except ImportError:  # another Python stands before Debian's, whose package it is
    if os.path.realpath(sys.executable) == os.path.realpath("/usr/bin/python3"):
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

SECTIONS = dict(enumerate("verdict request texts facts rules result windows digests engine story state search event".split(), 1))
KINDS = {1, 2, 3, *range(10, 16), 20, 21, *range(30, 35), *range(40, 45), 50, 51, 52, 60, 61, 70, 71, 72, 80, 90, 91, 92, 93, 94}
# Keys of the events, those in brackets apart.
EVENTS = {2: ({1, 2, 3}, set()), 3: ({1}, set()), **{kind: ({1, 2}, {3, 4, 5, 6, 7, 8, 9}) for kind in range(10, 16)}, 20: ({1, 2, 3}, {4}), 21: ({1, 2}, set()),
          **{kind: ({1, 2, 3}, {4, 5, 6, 7, 8}) for kind in (*range(30, 35), *range(40, 45))}, 50: ({1, 4}, {2, 3}), 51: ({1}, {2, 3, 4}), 52: ({1}, {2, 3, 4}),
          60: ({1, 2, 3, 4, 5}, set()), 61: ({1, 2, 3, 5}, {4}), 70: ({1, 2, 3}, {4, 5}), 71: ({1, 2, 3, 4, 5, 6, 8}, {7, 9}), 72: ({1, 2}, {3}), 80: ({2, 3}, {1, 4}),
          90: ({1, 2, 3, 4, 5}, set()), 91: ({1, 2}, set()), 92: ({1, 2, 3, 4, 5, 6}, set()), 93: ({1, 2}, set()), 94: ({1, 2, 3, 5}, {4, 6, 7})}
# Keys of the sections that are maps or arrays of maps: what must be there, what may.
MAPS = {1: ({1, 2}, {3}), 2: (set(), set(range(1, 16))), 3: (set(), {1, 2, 3, 4, 5}), 6: ({1, 3, 4}, {2, *range(5, 15), 17}), 8: ({1, 2, 3}, set()), 10: ({1, 2}, set())}
ARRAYS = {4: ({1}, set(range(2, 12))), 5: ({1, 2, 3, 4, 5, 6}, set()), 7: ({1, 2, 3, 8, 9, 10}, {4, 5, 6, 7, 11, 12, 13, 14})}
OUTCOME = {"": (set(range(11)), {11, 12}), "reason": (set(range(8)), {8, 9, 10}), "fact": ({0, 1, 2, 3}, set()), "item": ({0, 1, 2, 3, 4}, {5}), "redaction": (set(range(7)), set()),
           "handoff": ({0, 1, 2, 3, 4}, set())}
# How a row of state is named: subject, discriminator. No other kind is written.
STATE = {2: ("(conversation|customer) .+", "|conversation .+|day \\d+ .+"), 3: ("conversation .+", "|question .+"), 5: ("decision .+|proof .+", "|[0-9a-f]{64}"), 6: ("request .+ .+", ""),
         8: ("switch|sqlite", ""), 9: ("handoff .+", ""), 10: ("handoff .+", ""), 11: ("decision .+", ".* [0-9a-f]{64}")}
wrong, seen = [], Counter()


CRYPTO = ctypes.CDLL(ctypes.util.find_library("crypto"))
for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
    getattr(CRYPTO, name).restype = ctypes.c_void_p


def decrypted(key, nonce, sealed, associated):
    """AES-256-GCM with a tag of 16 bytes, by OpenSSL."""
    context, size, out = ctypes.c_void_p(CRYPTO.EVP_CIPHER_CTX_new()), ctypes.c_int(), ctypes.create_string_buffer(len(sealed))
    steps = (CRYPTO.EVP_DecryptInit_ex(context, ctypes.c_void_p(CRYPTO.EVP_aes_256_gcm()), None, key, nonce),
             CRYPTO.EVP_DecryptUpdate(context, None, ctypes.byref(size), associated, len(associated)),
             CRYPTO.EVP_DecryptUpdate(context, out, ctypes.byref(size), sealed[:-16], len(sealed) - 16),
             CRYPTO.EVP_CIPHER_CTX_ctrl(context, 0x11, 16, sealed[-16:]), CRYPTO.EVP_DecryptFinal_ex(context, None, ctypes.byref(ctypes.c_int())))
    CRYPTO.EVP_CIPHER_CTX_free(context)
    if steps != (1, 1, 1, 1, 1):
        raise ValueError("it does not open")
    return out.raw[:size.value]


def fits(true, *words):
    if not true:
        wrong.append(" ".join(map(str, words)))
    return true


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def encoded(value):
    return cbor2.dumps(value, canonical=True)


def unwrapped(key, wrapped, context):  # of a key file bytes, else CBOR
    seed, prk = wrapped[:32], mac(wrapped[:32], key)
    return decrypted(mac(prk, b"caveat/1/wrap key\x01"), mac(prk, b"caveat/1/wrap nonce\x01")[:12], wrapped[32:], context if isinstance(context, bytes) else encoded(context))


def keys_of(value, allowed, where):
    fits(isinstance(value, dict) and allowed[0] <= set(value) <= allowed[0] | allowed[1], where, "has other keys than the page says:", value)


def stretched(passphrase, passes, kib, salt):
    """argon2id, by libsodium, which has version 1.3 and one lane."""
    key, phrase = ctypes.create_string_buffer(32), open(passphrase, "rb").read().rstrip(b"\r\n")
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    if sodium.crypto_pwhash(key, ctypes.c_ulonglong(32), phrase, ctypes.c_ulonglong(len(phrase)), salt, ctypes.c_ulonglong(passes), ctypes.c_size_t(kib * 1024), 2):
        raise ValueError("the passphrase cannot be stretched")
    return key.raw


def key_file(path, use, passphrase):
    text = open(path, encoding="utf-8").read()
    lines, kdf = text.split("\n"), ["none"]
    fits(lines[0] == "caveat-key 1" and lines[2:4] == ["use " + use, "suite intl"] and lines[6:] == [""], path, "is spelt otherwise")
    key = base64.b64decode(lines[5].removeprefix("key "), validate=True)
    if passphrase:
        kdf = lines[4].split(" ")[1:]
        salt = base64.b64decode(kdf[3], validate=True)
        fits(len(kdf) == 4 and kdf[0] == "argon2id" and len(salt) == 16, path, "is stretched otherwise:", lines[4])
        key = unwrapped(stretched(passphrase, int(kdf[1]), int(kdf[2]), salt), key, text[:text.index("key ", text.index("kdf"))].encode())
        seen["key file under a passphrase"] += 1
    fits(lines[4] == " ".join(["kdf", *kdf]), path, "says", lines[4])
    fits(len(key) == 32, path, "holds no 32 bytes")
    return lines[1].removeprefix("origin "), key


class Keys:
    def __init__(self, folder, passphrase):
        self.origin, self.signing = key_file(folder + "/signing.key", "signing", passphrase)
        _, self.wrap = key_file(folder + "/wrap.key", "wrap", passphrase)
        data = sqlite3.connect("file:%s/data.db?mode=ro" % folder, uri=True)
        (origin, self.log, lookup), = data.execute("SELECT origin, log, lookup FROM key_set")
        fits(origin == self.origin, "key_set is of", origin)
        secret = unwrapped(self.wrap, lookup, ["caveat/1/lookup", origin])
        prk = mac(b"caveat/1/lookup", secret)
        self.tag, self.state, self.subject, self.digest = (mac(prk, b"caveat/1/lookup " + name + b"\x01") for name in (b"tags", b"state", b"subject", b"digest"))
        buckets = {}
        for bucket, epoch, wrapped in data.execute("SELECT bucket, epoch, wrapped FROM buckets"):
            buckets[bucket] = unwrapped(self.wrap, wrapped, ["caveat/1/bucket", origin, bucket, epoch])
            seen["bucket"] += 1
        self.data = {}
        for name, bucket, subject, quarter, wrapped in data.execute("SELECT id, bucket, subject, quarter, wrapped FROM data_keys"):
            fits(bucket == int.from_bytes(subject[:2], "big") % 4096, "data key", name.hex(), "lies in bucket", bucket)
            self.data[name] = unwrapped(buckets[bucket], wrapped, ["caveat/1/data key", origin, name, bucket, subject, quarter])
            seen["data key"] += 1
        self.signers = [row for row in data.execute("SELECT number, vkey, note FROM signers ORDER BY number")]
        fits([row[0] for row in self.signers] == list(range(1, len(self.signers) + 1)) and self.signers[0][2] in ("", b""), "signers are", self.signers)
        self.names = [text(row[1]).split("+")[0] for row in self.signers]
        fits(open(folder + "/log.vkey", encoding="utf-8").read() == text(self.signers[-1][1]) + "\n", "log.vkey is not the last signer")
        marks = open(folder + "/high-water", "rb").read()
        fits(len(marks) == 192, "high-water has", len(marks), "bytes")
        for line in (marks[:96], marks[96:]):
            said, check = line[:-17], line[-17:]
            good = said.startswith(b"high-water 1 ") and check == sha(b"caveat/1/high-water\n", self.names[-1].encode(), b"\n", said)[:8].hex().encode() + b"\n"
            fits(good, "a line of high-water is", line)
        gap = open(folder + "/gap", "rb").read()
        fits(len(gap) == 512 and gap == b"gap 1 none".ljust(512, b"\n"), "gap is", gap[:80])
        fits(set(os.listdir(folder)) - {"data.db-wal", "data.db-shm"} == {"signing.key", "wrap.key", "log.vkey", "data.db", "high-water", "gap"}, "the folder of keys holds",
             sorted(os.listdir(folder)))


def text(cell):
    return cell.decode() if isinstance(cell, bytes) else cell


def note_of(note, names, where):
    note = text(note)
    body, _, signatures = note.partition("\n\n")
    fits(len(signatures.splitlines()) == 1 and signatures.startswith("— ") and signatures.split(" ")[1] in names, where, "is signed otherwise:", signatures)
    return body.split("\n")


def node(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1", node(leaves[:split]), node(leaves[split:]))


def outcome(encoded_map, where):
    value = cbor2.loads(encoded_map)
    fits(encoded(value) == encoded_map, where, "is spelt otherwise")
    keys_of(value, OUTCOME[""], where)
    for name, items in (("reason", value[1]), ("item", value[2]), ("redaction", value[3]), ("handoff", [value[7]] if value[7] else [])):
        for item in items:
            keys_of(item, OUTCOME[name], "%s, %s" % (where, name))
            seen["outcome " + name] += 1
            for fact in item[5] if name == "reason" else []:
                keys_of(fact, OUTCOME["fact"], where + ", fact")


def section(number, value, header, where):
    seen["section " + SECTIONS[number]] += 1
    if number in MAPS:
        keys_of(value, MAPS[number], where)
    elif number in ARRAYS:
        for one in value:
            keys_of(one, ARRAYS[number], where)
    elif number == 9:
        fits(isinstance(value, str), where, "is", value)
    elif number == 11:
        fits(all(len(change) == 4 and change[0] in range(1, 12) for change in value), where, "is", value)
    elif number == 12:
        fits(all(len(one) == 2 and one[0] in range(1, 9) for one in value), where, "is", value)
    elif number == 13:
        keys_of(value, EVENTS[header[3]], where)
    else:
        fits(False, where, "is a section that the page does not describe:", value)
    if number == 6:
        outcome(value[1], where + ", outcome")
    if number == 1:
        for rule in value[2]:
            keys_of(rule, ({1, 2, 3}, {4}), where + ", rule")
        if 3 in value:
            keys_of(value[3], ({1, 2, 3, 4, 5}, set()), where + ", hand-off")


def state_value(kind, subject, discriminator, value, where):
    word, of = STATE.get(kind, ("", "")), "%s, state of kind %d, %s %s" % (where, kind, subject, discriminator)
    fits(word and re.fullmatch(word[0], subject) and re.fullmatch(word[1], discriminator), of, "is named otherwise")
    if value is None:
        return
    if kind in (9, 10):
        keys_of(cbor2.loads(value), (set(), set(range(1, 30))), of)
    elif kind == 8 and subject == "switch":
        said = cbor2.loads(value)
        keys_of(said, (set(range(1, 7)), {7, 8}), of)
        for one in said.get(7, []) + said.get(8, []):
            keys_of(one, ({1, 2, 3, 4, 5, 6}, set()), of)
    elif kind == 5 and subject.startswith("decision "):
        keys_of(cbor2.loads(value), (set(range(1, 11)), set()), of)
    elif kind in (2, 6, 11):
        fits({2: re.fullmatch(rb"\d+( \d+)?", value), 6: len(value) == 32, 11: value in (b"same", b"changed", b"late")}[kind], of, "is", value)


def opened(keys, header, sealed, where):
    prk = mac(sealed[:32], b"".join(keys.data[name] for name in header[8]))
    context = {key: header[key] for key in (1, 2, 3, 6, 7, 8, 9)}
    padded = decrypted(mac(prk, b"caveat/1/body key\x01"), mac(prk, b"caveat/1/body nonce\x01")[:12], sealed[32:], encoded(context))
    body = padded.rstrip(b"\0")
    fits(body[-1:] == b"\x80", where, "is padded otherwise")
    exponent = len(body).bit_length() - 1
    unit = 1 << exponent - exponent.bit_length() if exponent >= exponent.bit_length() else 1
    fits(len(padded) == -(-len(body) // unit) * unit, where, "has", len(padded), "bytes for", len(body))
    salt = lambda number: mac(prk, b"caveat/1/salt " + bytes([number]) + b"\x01")  # noqa: E731
    sections = cbor2.loads(body[:-1])
    fits(encoded(sections) == body[:-1] and set(sections) == set(header[9]), where, "has sections", sorted(sections))
    for number, value in sections.items():
        fits(header[9][number] == sha(b"caveat/1/section\n", bytes([number]), salt(number), encoded(value)), where, "is committed to another section", number)
        section(number, value, header, "%s, section %s" % (where, SECTIONS[number]))
    tags = sorted(mac(keys.tag, encoded(tag))[:16] for tag in sections.get(12, []))
    fits(header[10] == sha(b"caveat/1/tags\n", salt(0), *tags), where, "is committed to other tags")
    return sections, tags


def main():
    log, keys = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True), Keys(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
    fits(log.execute("PRAGMA application_id").fetchone()[0] == 0x43415654, "the application id is another")
    (about,), = log.execute("SELECT note FROM about")
    fits(keys.log == sha(about if isinstance(about, bytes) else about.encode()), "key_set serves another log")
    lines = note_of(about, keys.names, "about")
    fits(lines[0] == "caveat log format 1" and [line.split(" ")[0] for line in lines[1:]] == ["origin", "suite", "created", "sqlite"], "about says", lines)
    leaves, tags, state, time = [], set(), {}, 0
    for (index, leaf), (_, sealed) in zip(log.execute("SELECT idx, header FROM headers ORDER BY idx"), log.execute("SELECT idx, sealed FROM bodies ORDER BY idx")):
        where, header = "record %d" % index, cbor2.loads(leaf)
        fits(encoded(header) == leaf and sorted(header) == list(range(1, 12)), where, "has header", header)
        fits((header[1], header[4], header[6], header[7]) == (1, index, 1, 1) and header[3] in KINDS and time <= header[5], where, "has header", header)
        fits(header[11] == sha(sealed), where, "names another body")
        time = header[5]
        leaves.append(sha(b"\0", leaf))
        seen["kind %d" % header[3]] += 1
        sections, made = opened(keys, header, sealed, where)
        tags |= {(tag, index) for tag in made}
        for kind, subject, discriminator, value in sections.get(11, []):
            keyed = (kind, mac(keys.state, encoded([kind, subject]))[:16], mac(keys.state, encoded([kind, subject, discriminator]))[:16])
            version = state.get(keyed, (0,))[0] + 1
            seen["state kind %d" % kind] += 1
            state_value(kind, subject, discriminator, value, where)
            state.pop(keyed, None) if value is None else state.update({keyed: (version, index, value)})
    previous = 0
    for tree, size, before, at, note in log.execute("SELECT tree, size, previous, time_us, note FROM checkpoints ORDER BY size"):
        said = note_of(note, keys.names, "checkpoint %d" % size)
        fits(tree == 1 and before == previous and said[1:] == [str(size), base64.b64encode(node(leaves[:size])).decode()], "checkpoint", size, "says", said)
        previous = size
        seen["checkpoint"] += 1
    for tree, level, position, root in log.execute("SELECT tree, level, position, hash FROM tiles"):
        fits(root == node(leaves[position * 256 ** level:(position + 1) * 256 ** level]), "tile", level, position)
        seen["tile"] += 1
    stored = {(all_of[at:at + 16], index) for index, all_of in log.execute("SELECT idx, tags FROM recent_tags") for at in range(0, len(all_of), 16)}
    stored |= {(tag, index) for tag, index in log.execute("SELECT tag, idx FROM block_tags")} | {(tag, index) for tag, index in log.execute("SELECT tag, idx FROM tags")}
    fits(stored == tags, "the tags that are stored are not those of the records:", len(stored), len(tags))
    open_day = (8, mac(keys.state, encoded([8, "open day"]))[:16], mac(keys.state, encoded([8, "open day", ""]))[:16])
    for kind, subject, discriminator, version, index, value in log.execute("SELECT kind, subject, discriminator, version, idx, value FROM state"):
        ids, wrapped = cbor2.loads(value)
        plain = unwrapped(b"".join(keys.data[name] for name in ids), wrapped, ["caveat/1/state", kind, subject, discriminator, ids])
        seen["state row"] += 1
        if (kind, subject, discriminator) == open_day:
            keys_of(cbor2.loads(plain), EVENTS[92], "the open day")
            continue
        fits(state.pop((kind, subject, discriminator), None) == (version, index, plain), "a row of state, kind", kind, "of record", index, "is not what the records make it:", plain)
    fits(not state, "rows of state are missing:", list(state.values())[:3])
    for line in wrong[:40]:
        print("✗ " + line[:400])
    print(", ".join("%s %d" % one for one in sorted(seen.items())))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
