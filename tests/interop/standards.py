"""The standards that the formats stand on, from their own texts: Ed25519 (RFC 8032), deterministic CBOR (RFC 8949), signed notes (C2SP) and the
tree (RFC 6962). Nothing here knows of Caveat; Python's standard library alone.
"""
import base64
import hashlib
import re

# ---- Ed25519 verification, RFC 8032 §5.1.7 -------------------------------------------------------------------------------
P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
def add(a, b):
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, z - t, z + t, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P
def times(scalar, point):
    rest = times(scalar >> 1, add(point, point)) if scalar else (0, 1, 1, 0)
    return add(rest, point) if scalar & 1 else rest
def point_of(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x * ROOT_OF_MINUS_ONE % P if (x * x - square) % P else x
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P
BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
def signed_by(key, message, signature):
    a, r, s = point_of(key), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    m, n = times(s, BASE), add(r, times(h, a))
    return (m[0] * n[2] - n[0] * m[2]) % P == 0 == (m[1] * n[2] - n[1] * m[2]) % P

# ---- deterministic CBOR, RFC 8949 §4.2.1: what is not in shortest, sorted form is refused ---------------------------------
class Wrong(Exception):
    pass
def wrong_if(bad, words):
    if bad:
        raise Wrong(words)
def cbor(data):
    value, at = item(data, 0, 0)
    wrong_if(at != len(data), "bytes after the item")
    return value
def item(data, at, depth):
    wrong_if(depth > 64 or at >= len(data), "CBOR ends early or nests too deep")
    major, short, at = data[at] >> 5, data[at] & 31, at + 1
    if major == 7 and short in (20, 21, 22):
        return (False, True, None)[short - 20], at
    wrong_if(major > 5 or short > 27, "a tag, a simple value, an indefinite or a reserved length that is not used")
    width, least = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}.get(short, (0, 0))
    argument = int.from_bytes(data[at:at + width], "big") if width else short
    at += width
    wrong_if(at > len(data) or argument < least, "a number not in its shortest form")
    if major < 2:
        return (argument, -1 - argument)[major], at
    wrong_if(argument > len(data) - at, "longer than the rest")
    if major in (2, 3):
        raw = data[at:at + argument]
        return (raw if major == 2 else raw.decode("utf-8")), at + argument
    items, last = [], b""
    for turn in range(argument * (major - 3)):  # a map's keys and values take turns
        begin = at
        value, at = item(data, at, depth + 1)
        items.append(value)
        if major == 5 and turn % 2 == 0:
            wrong_if(data[begin:at] <= last, "map keys not in order")
            last = data[begin:at]
    return items if major == 4 else dict(zip(items[::2], items[1::2])), at
def sequence(data):  # RFC 8742, of one item at least
    at = 0
    while at == 0 or at < len(data):
        value, at = item(data, at, 0)
        yield value

# ---- signed notes, checkpoints and the tree, C2SP and RFC 6962 ------------------------------------------------------------
def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()
def strict64(text):
    raw = base64.b64decode(text, validate=True)
    wrong_if(base64.b64encode(raw).decode() != text, "base64 with spare bits")
    return raw
def read_key(line):
    name, key_id, encoded = (re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)\n", line) or re.match("()()()", "")).groups()
    raw = strict64(encoded)
    sound = len(raw) == 33 and raw[0] == 1 and sha(name.encode() + b"\n" + raw)[:4].hex() == key_id
    wrong_if(not sound, "log.vkey is not the one line of an Ed25519 verifier key")
    return name, bytes.fromhex(key_id), raw[1:]
def open_note(note, key):
    text, blank, lines = note.rpartition("\n\n")
    text, good = text + "\n", False
    for line in lines.splitlines():
        dash, name, signature = line.split(" ")
        raw = strict64(signature)
        if dash == "—" and name == key[0] and raw[:4] == key[1]:
            wrong_if(not signed_by(key[2], text.encode(), raw[4:]), "a bad signature of " + name)
            good = True
    wrong_if(not blank or not good, "no signature of " + key[0])
    return text
def middle_of(size):  # the largest power of two below it
    return 1 << (size - 1).bit_length() - 1
def rebuild(begin, end, first, leaves, proof):
    if end <= first or begin >= first + len(leaves):
        return proof.pop(0)
    if end - begin == 1:
        return leaves[begin - first]
    left = rebuild(begin, begin + middle_of(end - begin), first, leaves, proof)
    return sha(b"\1", left, rebuild(begin + middle_of(end - begin), end, first, leaves, proof))
def climb(index, size, leaf, path):  # the root over a leaf and its path, and that over the leaves before it
    if size == 1:
        wrong_if(path, "a path that is too long")
        return leaf, None
    *path, sibling = path
    if index < middle_of(size):
        root, before = climb(index, middle_of(size), leaf, path)
        return sha(b"\1", root, sibling), before
    root, before = climb(index - middle_of(size), size - middle_of(size), leaf, path)
    return sha(b"\1", sibling, root), sha(b"\1", sibling, before) if before else sibling
