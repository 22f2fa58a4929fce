#!/usr/bin/env python3
"""Verifies a Caveat evidence package with nothing of Caveat's: Python's standard library and docs/formats.md.

    verify_package.py PACKAGE.zip [LOG.vkey]    (a file of one key a line)

Prints one line a claim, the claims of `caveat verify` 1 to 9; what takes its report printer is told as not checked. Exits 0 (intact
and signed by the key named), 1 (refuted) or 5 (intact, no key named).
"""
import base64, datetime, hashlib, json, re, struct, sys, zipfile, zlib  # noqa: E401

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
    total = (0, 1, 1, 0)
    while scalar:
        total = add(total, point) if scalar & 1 else total
        point, scalar = add(point, point), scalar >> 1
    return total
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
    major, short = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7 and short in (20, 21, 22):
        return (False, True, None)[short - 20], at
    width = {24: 1, 25: 2, 26: 4, 27: 8}.get(short, 0)
    wrong_if(major > 5 or short > 27, "a tag, a simple value, an indefinite or a reserved length that is not used")
    argument = int.from_bytes(data[at:at + width], "big") if width else short
    wrong_if(at + width > len(data) or width and argument < {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}[width], "a number not in its shortest form")
    at += width
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
    wrong_if(len(raw) != 33 or raw[0] != 1 or sha(name.encode() + b"\n" + raw)[:4].hex() != key_id, "log.vkey is not the one line of an Ed25519 verifier key")
    return name, bytes.fromhex(key_id), raw[1:]
def open_note(note, key):
    text, blank, lines = note.rpartition("\n\n")
    wrong_if(not blank, "no signatures")
    text, good = text + "\n", False
    for line in lines.splitlines():
        dash, name, signature = line.split(" ")
        raw = strict64(signature)
        if dash == "—" and name == key[0] and raw[:4] == key[1]:
            wrong_if(not signed_by(key[2], text.encode(), raw[4:]), "a bad signature of " + name)
            good = True
    wrong_if(not good, "no signature of " + key[0])
    return text
def rebuild(begin, end, first, leaves, proof):
    if end <= first or begin >= first + len(leaves):
        return proof.pop(0)
    if end - begin == 1:
        return leaves[begin - first]
    middle = begin + (1 << (end - begin - 1).bit_length() - 1)
    left = rebuild(begin, middle, first, leaves, proof)
    return sha(b"\1", left, rebuild(middle, end, first, leaves, proof))

# ---- the package ---------------------------------------------------------------------------------------------------------
def canonical_zip(members):  # stored, sorted, dated 1980-01-01, nothing extra
    body, directory = b"", b""
    for name in sorted(members):
        data, raw = members[name], name.encode()
        common = struct.pack("<HHHHIIIHH", 0, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(raw), 0)
        directory += ZIP_ENTRY + common + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, len(body)) + raw
        body += b"PK\3\4\x0a\0" + common + raw + data
    return body + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(members), len(members), len(directory), len(body), 0)
ZIP_ENTRY, YEAR_10000 = b"PK\1\2\x3f\3\x0a\0", 253402300800 * 10**6  # in µs since 1970

def check_whole(path, state):
    with open(path, "rb") as file, zipfile.ZipFile(path) as archive:
        whole, members = file.read(), {info.filename: archive.read(info) for info in archive.infolist()}
    state["members"] = members
    wrong_if(canonical_zip(members) != whole, "not the canonical bytes of its members")  # nor with a member twice
    wrong_if(missing := {"manifest.json", "manifest.json.sig", "checkpoint", "log.vkey", "proofs.json", "report.html", "VERIFY.md"} - set(members), "missing: %s" % sorted(missing))
def rows(item, between=","):
    return r"\[(?:%s(?:%s%s)*)?\]" % (item, between, item)
WORDS = {"NUMBER": "(?:0|[1-9][0-9]{0,18})", "SIGNED": "(?:0|-?[1-9][0-9]{0,18})", "BOOL": "(?:true|false)", "KEYS": rows('"[0-9a-f]{32}"'),
         "TEXT": r'"(?:[^"\\\0-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7be-f]|1[0-9a-f]))*"',  # escapes where JSON needs one, the shorter one
         "VERDICT": "(?:null|[0-4])", "VERSION": r'"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}"', "LANGUAGE": '"(?:en|zh)"', "ALIAS": '"(?:confidential/[0-9a-f]{16})?"',
         "MEMBERS": rows(r'''\n    \{"name":"(?:VERIFY.md|checkpoint|log.vkey|proofs.json|report.html|(?:headers|opened)/[0-9]{6,})",'''
                         r'''"size":[0-9]+,"sha256":"[0-9a-f]{64}"\}''').replace(r")?\]", r"\n  )?\]")}
WORDS.update(OPTIONAL="(?:null|%(SIGNED)s)" % WORDS, TEXTS=rows(WORDS["TEXT"]), COUNTS=rows(WORDS["NUMBER"]))
MANIFEST = re.sub("[A-Z]{4,}", lambda word: WORDS[word[0]], re.escape("{\n  " + '''"format": 1;"version": VERSION;"origin": TEXT;"size": NUMBER;"root": TEXT;\
"checkpoint_time": SIGNED;"range": {"first":NUMBER,"end":NUMBER};"query": {"from":OPTIONAL,"to":OPTIONAL,"rule":TEXT,"alias":ALIAS,"customer":TEXT,\
"subjects":KEYS,"verdict":VERDICT,"language":LANGUAGE,"offset_minutes":SIGNED,"seed":TEXT,"stories":NUMBER,"requested_by":TEXT,"purpose":TEXT};\
"seed": TEXT;"counts": {"records":NUMBER,"population":NUMBER,"verdicts":COUNTS};"log": {"path":TEXT,"key":TEXT,"recorded":BOOL,\
"checked":BOOL,"findings_en":TEXTS,"findings_zh":TEXTS,"not_checked_en":TEXTS,"not_checked_zh":TEXTS};"members": MEMBERS'''.replace(
    ";", ",\n  ") + "\n}\n")).encode()
def followed(keys, members):  # the keys named, and those after them by notes of opened records, which both signed. Never back: the key before may have leaked
    notes = [note for name, data in sorted(members.items()) if name.startswith("opened/") for opened in sequence(data) for part, _, event in opened[2]
             if part == 13 for note in cbor(event).values() if isinstance(note, str) and note.startswith("caveat.signer/v1\n")]
    while found := [after for before, after in map(signers_of, notes) if before in keys and after not in keys]:
        keys = keys + found
    return keys
def signers_of(note):  # the keys before and after, of a note that both signed
    keys = before, after = [read_key(line + "\n") for line in note.split("\n")[1:3]]
    wrong_if(not open_note(note, before) == open_note(note, after) == "\n".join(["caveat.signer/v1", *note.split("\n")[1:3], ""]), "the note of a change of key is not what both keys signed")
    return keys
def check_changes(state, events):
    """A key that was given up signs no checkpoint behind the record that says so; the one that ends with that record is by it still."""
    manifest, signer, gone, key = state["manifest"], None, [], state["key"]
    for index, header in ((i, header) for i, header in state["headers"].items() if header[3] in (52, 94) and in_period(header, manifest["query"])):
        event, rotated = events[index], header[3] == 52
        before, after = signers_of(event[3 if rotated else 7])
        named = [read_key(event[number] + "\n") for number in ((2, 1) if rotated else (6, ))]
        if (named != ([before, after] if rotated else [after]) or (before[0] == after[0]) != rotated
                or after[0].split("/epoch-")[0] != before[0].split("/epoch-")[0] or (signer not in (None, before) if rotated else before in gone)):
            raise Wrong("record %d names other keys than its note, or than the change before" % index)
        ends = rotated and index + 1 == manifest["size"]  # by the key before; a package may sign it again by the one after
        signer, gone = before if ends and key == before else after, gone + ([] if ends else [before])
    state["later"] = signer and manifest["range"]["end"] == manifest["size"] and key != signer  # of a report made again; named, or it is none
    wrong_if(key in gone or state["later"] and state["given"] and key not in state["given"], "the key that signed was not the log's any more, or not yet, at that size")

def check_signer(state, given):
    members = state["members"]
    state["key"], state["given"] = key, _ = read_key(members["log.vkey"].decode()), given
    wrong_if(given and key not in given and key not in followed(given, members), "the package brings another key than the one named")
    signed = "caveat.manifest/v1\n" + base64.b64encode(sha(members["manifest.json"])).decode() + "\n"
    wrong_if(open_note(members["manifest.json.sig"].decode(), key) != signed, "manifest.json is not the one that was signed")

def check_members(state):
    members = state["members"]
    wrong_if(not re.fullmatch(MANIFEST, members["manifest.json"]), "manifest.json is not of the one form and spelling")
    manifest = state["manifest"] = json.loads(members["manifest.json"].decode())
    wrong_if(not manifest["origin"] == manifest["log"]["key"] == state["key"][0], "the manifest is of another log than the key")
    log, lists = manifest["log"], ("findings_%s", "not_checked_%s")
    query = manifest["query"]
    wrong_if(query["stories"] < 5 or query["subjects"] and not query["customer"] or query["alias"] and re.match("confidential/|$", query["rule"]) or any(len(log[one % "en"]) != len(log[one % "zh"]) for one in lists),
             "manifest.json has too few stories, subjects of no customer, an alias of no rule, or texts in one language only")
    wrong_if([m["name"] for m in manifest["members"]] != sorted(set(members) - {"manifest.json", "manifest.json.sig"}), "members differ from the manifest")
    for name, m in ((m["name"], m) for m in manifest["members"]):
        wrong_if(len(members[name]) != m["size"] or sha(members[name]).hex() != m["sha256"], name + " was changed")

def check_checkpoint(state):
    manifest = state["manifest"]
    named = "%s\n%d\n%s\n" % (manifest["origin"], manifest["size"], manifest["root"])
    wrong_if(open_note(state["members"]["checkpoint"].decode(), state["key"]) != named, "checkpoint and manifest differ")

def check_tree(state):
    manifest, members, query, leaves = state["manifest"], state["members"], state["manifest"]["query"], []
    for bundle, name in enumerate(sorted(name for name in members if name.startswith("headers/"))):
        data, at = members[name], 0
        wrong_if(name != "headers/%06d" % bundle or len(leaves) != 256 * bundle or not data, name + " stands in another's place")
        while at < len(data):
            (length,) = struct.unpack_from(">H", data, at)
            leaves.append(data[at + 2:at + 2 + length])
            wrong_if(len(leaves[-1]) != length, name + " ends within a header")
            at += 2 + length
    first, end = manifest["range"]["first"], manifest["range"]["end"]
    wrong_if(len(leaves) != end - first or len(leaves) > 256 * sum(name.startswith("headers/") for name in members), "%d headers expected, %d found" % (end - first, len(leaves)))
    headers, time = state.setdefault("headers", {}), 0
    for index, leaf in enumerate(leaves, first):
        header = headers[index] = cbor(leaf)
        odd = {1, 13} & set(header[9]) != {1} if header[3] == 1 else 13 not in header[9] or min(header[9]) < 11
        wrong_if(odd or sorted(header) != list(range(1, 12)) or header[4] != index or not time <= header[5] < YEAR_10000, "header %d is out of place" % index)
        time = header[5]
    wrong_if(not time <= manifest["checkpoint_time"] < (time + 1 if end == manifest["size"] else YEAR_10000), "checkpoint_time is not that of the newest record")
    wrong_if(None not in (query["from"], query["to"]) and query["from"] >= query["to"] or first > 0 and (not leaves or query["from"] is None or headers[first][5] >= query["from"])
             or end < manifest["size"] and (not leaves or query["to"] is None or headers[end - 1][5] < query["to"]), "no record from outside the period, before or behind it, shows that the run is all of it")
    wrong_if(end - first > 1 and (headers[first + 1][5] < (query["from"] or 0) or headers[end - 2][5] >= (YEAR_10000 if query["to"] is None else query["to"])), "more than one record from outside the period, before or behind it")
    proof = [strict64(h) for h in json.loads(members["proofs.json"].decode())["range_proof"]]
    wrong_if(b'{"range_proof":[%s]}\n' % b",".join(b'"%s"' % base64.b64encode(h) for h in proof) != members["proofs.json"], "proofs.json is not of the one form and spelling")
    root = rebuild(0, manifest["size"], first, [sha(b"\0", leaf) for leaf in leaves], proof) if leaves else sha()
    wrong_if(proof or root != strict64(manifest["root"]), "the headers do not lead to the signed root")
def seed_of(checkpoint, query):  # the auditor's own, or that of the checkpoint and the query in English
    def instant(at):
        time = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(microseconds=at)
        local = time.astimezone(datetime.timezone(datetime.timedelta(minutes=query["offset_minutes"]))).isoformat()
        return re.sub(r"(\.\d+?)0+(?=[+-])", r"\1", local).replace("+00:00", "Z")
    said = (("from", "from %s (included)", instant), ("to", "to %s (excluded)", instant), ("rule", "rule %s", lambda rule: query["alias"] + ", also under its name" if query["alias"] else rule),
            ("customer", "customer %s", str), ("verdict", "verdict %s", ("allow", "revise", "require", "block", "handoff").__getitem__))
    words = ", ".join(form % tell(query[name]) for name, form, tell in said if query[name] not in (None, ""))
    return query["seed"] or sha(checkpoint, (words or "every decision of the log").encode()).hex()
def in_period(header, query):
    return (query["from"] is None or header[5] >= query["from"]) and (query["to"] is None or header[5] < query["to"])
def asked_for(header, query):  # a decision of the period, about the customer if one was named
    return header[3] == 1 and in_period(header, query) and (not query["customer"] or any(key.hex() in query["subjects"] for key in header[8]))
def to_open(header, query, last):  # the sections that a package of this query opens of a record, but for the stories
    inside = asked_for(header, query) if header[3] == 1 else in_period(header, query)
    behind = header[3] == 92 and header[4] == last and in_period(header, dict(query, to=None))  # it closes the last day of the period
    return {1: {1, 5, 8}, 52: {13}, 92: {13}, 94: {13}}.get(header[3], set()) if inside or behind else set()
def opened_records(state):
    """Of each record that is opened its header and its sections, which are those that a package opens and the header was committed to."""
    first, end = state["manifest"]["range"].values()
    for name, data in ((name, data) for name, data in state["members"].items() if name.startswith("opened/")):
        last = -1
        for opened in sequence(data):
            sections = {section: encoded for section, _, encoded in opened[2]}
            wrong_if(sorted(opened) != [1, 2] or not sections or [one[0] for one in opened[2]] != sorted(sections), "no record and its sections")
            wrong_if(opened[1] <= last or name != "opened/%06d" % ((opened[1] - first) // 256), "%s holds record %d" % (name, opened[1]))
            last, header = opened[1], state["headers"][opened[1]]
            for section, salt, encoded in opened[2]:
                wrong_if(header[9].get(section) != sha(b"caveat/1/section\n", bytes([section]), salt, encoded), "%s: section %d of %d is not the one committed to" % (name, section, last))
            wrong_if(set(sections) - {10} != to_open(header, state["manifest"]["query"], end - 1) & set(header[9]), "of record %d other sections are opened than a package opens: %s" % (last, sorted(sections)))
            yield header, sections

def check_opened(state):
    counts, query, headers, seen, told, events, judged = state["manifest"]["counts"], state["manifest"]["query"], state["headers"], set(), set(), {}, {}
    for header, sections in opened_records(state):
        seen |= {header[4]}
        told |= {header[4]} if 10 in sections else set()
        events.update({header[4]: cbor(sections[13])} if 13 in sections else {})
        verdict = cbor(sections.get(1, b"\xf6"))
        if verdict and query["verdict"] in (None, verdict[1]) and (not query["rule"] or any(r[1] in (query["rule"], query["alias"] or query["rule"]) for r in verdict[2])):
            judged[header[4]] = verdict[1]
    verdicts = [list(judged.values()).count(verdict) for verdict in range(5)]
    records = sum(in_period(header, query) for header in headers.values())
    wrong_if(counts != {"records": records, "population": sum(verdicts), "verdicts": verdicts}, "recounted %d records, decisions %s; the manifest says %s" % (records, verdicts, counts))
    wrong_if(abs(query["offset_minutes"]) > 1080 or state["manifest"]["seed"] != seed_of(state["members"]["checkpoint"], query), "the seed is not that of the query and the checkpoint")
    sealed = {index: 5 for index, header in headers.items() if index not in seen and asked_for(header, query)}
    state["sealed"], state["others"] = len(sealed), sum(h[3] == 1 and in_period(h, query) and not asked_for(h, query) for h in headers.values())
    ranked = sorted({**judged, **sealed}.items(), key=lambda one: sha(("%s/%d" % (state["manifest"]["seed"], one[0])).encode()))
    classes = [[index for index, verdict in ranked if verdict == wanted] for wanted in (5, 4, 3, 2, 1, 0)]
    drawn = [one[turn] for turn in range(len(ranked)) for one in classes if turn < len(one)][:query["stories"]]
    wrong_if(told != {index for index in drawn if index in seen and 10 in headers[index][9] and not (query["customer"] and len(headers[index][8]) > 1)}, "the decisions that are told are not those that the seed draws")
    check_changes(state, events)

def main():
    path, state = sys.argv[1], {}
    given = [read_key(line.strip() + "\n") for line in open(sys.argv[2], encoding="utf-8") if line.strip()] if len(sys.argv) > 2 else None
    steps = [("whole and canonical", lambda: check_whole(path, state)), ("signed", lambda: check_signer(state, given)),
             ("members", lambda: check_members(state)), ("checkpoint", lambda: check_checkpoint(state)),
             ("headers and tree", lambda: check_tree(state)), ("opened sections and counts", lambda: check_opened(state))]
    for name, step in steps:
        try:
            step()
        except Exception as wrong:  # a hostile package may fail anywhere: whatever fails refutes
            print("✗ %s: %s" % (name, wrong))
            return 1
        print("✓ %s%s" % (name, " (by the key named)" if name == "signed" and given else ""))
    for true, words in ((state["sealed"], "%d decisions are sealed: they are in the tree, but what was decided is not opened" % state["sealed"]), (state["manifest"]["query"]["customer"],
                         "that %d key ids are the customer's is the bank's word; %d decisions of the period are under other ids alone and are not opened" % (len(state["manifest"]["query"]["subjects"]), state["others"])),
                        (state["manifest"]["query"]["alias"], "that %(alias)s is %(rule)s by another name is the bank's word" % state["manifest"]["query"]), (state["later"], "the last change of key leads to another than signed: a report made again, by the key of that day"), (True, "report.html and VERIFY.md: that they say what Caveat prints is not checked here")):
        print("? " + words) if true else None
    return 0 if given else 5

if __name__ == "__main__":
    sys.exit(main())
