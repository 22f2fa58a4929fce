"""Verifies a Caveat evidence package by docs/formats.md, with python3-cryptography and python3-cbor2 and nothing of Caveat's:
    verify_package.py PACKAGE.zip [LOG.vkey …]    (files of one key a line; PACKAGE.zip.receipt is read where it lies beside)
Prints the claims of `caveat verify` by number: shown (✓), refuted (✗), not checked (?). Ends 0, 1 refuted, 2 called wrongly, 5 no key named."""
import base64, collections, datetime, hashlib, io, json, os, re, sys, types, zipfile, cbor2  # noqa: E401
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
YEAR_10000, DAY = 253402300800 * 10**6, 86400 * 10**6  # in µs since 1970
VERDICTS = "allow revise require block handoff".split()
KINDS = dict(zip((1, 2, 3, *range(10, 16), 20, 21, *range(30, 35), *range(40, 45), 50, 51, 52, 60, 61, 70, 71, 72, 80, *range(90, 95)), """decision
delivery_confirmed delivery_missed handoff_opened handoff_taken handoff_passed handoff_returned handoff_escalated handoff_closed feedback event
pack_drafted pack_reviewed pack_approved pack_activated pack_withdrawn data_drafted data_reviewed data_approved data_activated data_withdrawn
configuration_changed key_created key_rotated erasure legal_hold viewed exported signed_in switch_thrown gap clock_stepped closing time_stamp
epoch""".split()))
def wrong_if(bad, words):
    if bad:
        raise ValueError(words)
def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()
def check_plain(value, left, depth=0):  # of the types that records have, within as many bytes: cbor2 reads other types, and references
    kind = type(value)
    left -= 1 + len(value) if kind in (bytes, str) else 1
    odd = kind is int and abs(value) >= 2**64 or kind is dict and any(type(key) is not int or key < 0 for key in value)
    wrong_if(left < 0 or depth > 64 or odd or kind not in (int, bool, type(None), bytes, str, list, dict), "CBOR that no record is made of")
    for inner in value if kind is list else value.values() if kind is dict else ():
        left = check_plain(inner, left, depth + 1)
    return left
def sequence(data):  # RFC 8742, of one item at least, each in its one form (RFC 8949 §4.2.1), which is as cbor2 spells it
    at = 0
    while at == 0 or at < len(data):
        value = cbor2.loads(data[at:])
        check_plain(value, len(data) - at)
        spelt = cbor2.dumps(value, canonical=True)
        wrong_if(not data.startswith(spelt, at), "CBOR that is not in its one form")
        at += len(spelt)
        yield value
def cbor(data):
    (value,) = sequence(data)
    return value
def strict64(text):
    raw = base64.b64decode(text, validate=True)
    wrong_if(base64.b64encode(raw).decode() != text, "base64 with spare bits")
    return raw
def read_key(line):  # of signed notes (C2SP): its name, id and 32 bytes
    name, key_id, encoded = (re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)\n", line) or re.match("()()()", "")).groups()
    raw = strict64(encoded)
    odd = len(raw) != 33 or raw[0] != 1 or sha(name.encode() + b"\n" + raw)[:4].hex() != key_id
    wrong_if(odd, "log.vkey is not the one line of an Ed25519 verifier key")
    return name, bytes.fromhex(key_id), raw[1:]
def open_note(note, key):
    text, blank, lines = note.rpartition("\n\n")
    signed = [(dash, name, strict64(signature)) for dash, name, signature in (line.split(" ") for line in lines.splitlines())]
    by_key = [raw[4:] for dash, name, raw in signed if (dash, name, raw[:4]) == ("—", *key[:2])]
    wrong_if(not blank or not by_key, "no signature of " + key[0])
    for signature in by_key:
        Ed25519PublicKey.from_public_bytes(key[2]).verify(signature, (text + "\n").encode())
    return text + "\n"
def rebuild(begin, end, first, leaves, proof):  # the root over these leaves (RFC 6962), what is outside of them from the proof
    if end <= first or begin >= first + len(leaves):
        return proof.pop(0)
    if end - begin == 1:
        return leaves[begin - first]
    middle = begin + (1 << (end - begin - 1).bit_length() - 1)
    return sha(b"\1", rebuild(begin, middle, first, leaves, proof), rebuild(middle, end, first, leaves, proof))
def climb(index, size, root, path, before=None):  # the root over a leaf and its path, and that over the leaves before it
    below = (index ^ size - 1).bit_length()  # levels with a sibling on either side; above there are those to the left alone
    wrong_if(len(path) != below + bin(index >> below).count("1"), "a path of another length")
    for level, sibling in enumerate(path):
        left = level >= below or index >> level & 1
        root = sha(b"\1", sibling, root) if left else sha(b"\1", root, sibling)
        before = (sha(b"\1", sibling, before) if before else sibling) if left else before
    return root, before
def canonical_zip(members):  # stored, sorted, dated 1980-01-01, nothing extra
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name)
            info.create_system, info.create_version, info.extract_version, info.external_attr = 3, 63, 10, 0o100644 << 16
            archive.writestr(info, members[name])
    return whole.getvalue()
def check_whole(p):
    with open(p.path, "rb") as file, zipfile.ZipFile(p.path) as archive:
        whole, p.members = file.read(), {info.filename: archive.read(info) for info in archive.infolist()}
    wrong_if(canonical_zip(p.members) != whole, "not the canonical bytes of its members")  # nor with a member twice
FILE = r'(?:\.cbor|(?=[^"]{,130}")(?:/(?!\.{1,2}[/"])(?:[-.\w]|%(?:[0189A-F][0-9A-F]|2[0-9A-C]|3[A-F]|[46]0|5[B-E]|7[B-F]))+)+)'  # one spelling
TEXT = r'"(?:[^"\\\0-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7be-f]|1[0-9a-f]))*"'  # escapes where JSON needs one, the shorter one
WORDS = {"TEXT": TEXT, "TEXTS": r"\[(?:%s,?)*\]" % TEXT, "NUMBER": "(?:0|-?[1-9][0-9]{0,18})", "COUNTS": r"\[[0-9,]*\]", "VERDICT": "(?:null|[0-4])",
         "BOOL": "(?:true|false)", "OPTIONAL": "(?:null|0|-?[1-9][0-9]{0,18})", "VERSION": r'"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}"',
         "KEYS": r'\[(?:"[0-9a-f]{32}",?)*\]', "ALIAS": '"(?:confidential/[0-9a-f]{16})?"', "LANGUAGE": '"(?:en|zh)"',
         "PACKS": r',\n  (?:"packs": \[(?:(?:\n    \{"name":%s,"version":%s,"sha256":"[0-9a-f]{64}","text":"(?:here|missing|confidential)"\},?)+'
                  r'\n  )?\],\n  )?' % (TEXT, TEXT),
         "MEMBERS": r"\[%s\n  \]" % "".join(r'(?:\n    \{"name":"%s","size":[0-9]+,"sha256":"[0-9a-f]{64}"\},?)%s' % (name, "*" * ("/" in name))
             for name in (r"VERIFY.md checkpoint headers/\d{6,} log.vkey opened/\d{6,} packs/\w{64}%s proofs.json report.html" % FILE).split())}
MANIFEST = re.sub("[A-Z]{4,}", lambda word: WORDS[word[0]], re.escape("{\n  " + '''"format": 1;"version": VERSION;"origin": TEXT;\
"size": NUMBER;"root": TEXT;"checkpoint_time": NUMBER;"range": {"first":NUMBER,"end":NUMBER};"query": {"from":OPTIONAL,"to":OPTIONAL,"rule":TEXT,\
"alias":ALIAS,"customer":TEXT,"subjects":KEYS,"verdict":VERDICT,"language":LANGUAGE,"offset_minutes":NUMBER,"seed":TEXT,"stories":NUMBER,\
"requested_by":TEXT,"purpose":TEXT};"seed": TEXT;"counts": {"records":NUMBER,"population":NUMBER,"verdicts":COUNTS};"log": {"path":TEXT,"key":TEXT,\
"recorded":BOOL,"checked":BOOL,"findings_en":TEXTS,"findings_zh":TEXTS,"not_checked_en":TEXTS,"not_checked_zh":TEXTS}PACKS\
"members": MEMBERS\n}\n'''.replace(";", ",\n  "))).encode()
def signers_of(note):  # the keys before and after, of a note that both signed
    keys = before, after = [read_key(line + "\n") for line in note.split("\n")[1:3]]
    said = "\n".join(["caveat.signer/v1", *note.split("\n")[1:3], ""])
    wrong_if(not open_note(note, before) == open_note(note, after) == said, "the note of a change of key is not what both keys signed")
    return keys
def check_members(p):
    p.key = read_key(p.members["log.vkey"].decode())
    signed = "caveat.manifest/v1\n" + base64.b64encode(sha(p.members["manifest.json"])).decode() + "\n"
    wrong_if(open_note(p.members["manifest.json.sig"].decode(), p.key) != signed, "manifest.json is not the one that was signed")
    wrong_if(not re.fullmatch(MANIFEST, p.members["manifest.json"]), "manifest.json is not of the one form and spelling")
    said = p.manifest = json.loads(p.members["manifest.json"].decode())
    log, query, p.query, (p.first, p.end), p.size = said["log"], said["query"], said["query"], said["range"].values(), said["size"]
    wrong_if(not said["origin"] == log["key"] == p.key[0], "the manifest is of another log than the key")
    odd = query["stories"] < 5 or query["subjects"] and not query["customer"] or query["alias"] and re.match("confidential/|$", query["rule"])
    odd = odd or any(len(log[one + "_en"]) != len(log[one + "_zh"]) for one in ("findings", "not_checked"))
    wrong_if(odd, "manifest.json has too few stories, subjects of no customer, an alias of no rule, or a text in one language only")
    listed = [{"name": name, "size": len(data), "sha256": sha(data).hex()} for name, data in sorted(p.members.items()) if name[:8] != "manifest"]
    wrong_if(said["members"] != listed, "members differ from the manifest: %s" % [m["name"] for m, was in zip(listed, said["members"]) if m != was])
    p.named = "%(origin)s\n%(size)d\n%(root)s\n" % said
    wrong_if(open_note(p.members["checkpoint"].decode(), p.key) != p.named, "checkpoint and manifest differ")
def is_odd(header, index):  # there is none such: keys 1 to 11; of a decision section 1 and not 13, of all else 13 and none below 11
    odd = {1, 13} & set(header[9]) != {1} if header[3] == 1 else 13 not in header[9] or min(header[9]) < 11
    return odd or sorted(header) != list(range(1, 12)) or header[4] != index
def check_tree(p):
    leaves, time, members = [], 0, sorted(item for item in p.members.items() if item[0].startswith("headers/"))
    for bundle, (name, data) in enumerate(members):
        wrong_if(name != "headers/%06d" % bundle or len(leaves) != 256 * bundle or not data, name + " stands in another's place")
        at = 0
        while at < len(data):
            at, begin = at + 2 + int.from_bytes(data[at:at + 2], "big"), at + 2
            leaves.append(data[begin:at])
        wrong_if(at != len(data) or len(leaves) > 256 * (bundle + 1), name + " ends within a header, or has too many")
    wrong_if(len(leaves) != p.end - p.first, "%d headers expected, %d found" % (p.end - p.first, len(leaves)))
    p.headers = {index: cbor(leaf) for index, leaf in enumerate(leaves, p.first)}
    for index, header in p.headers.items():
        wrong_if(is_odd(header, index) or not time <= header[5] < YEAR_10000, "header %d is out of place" % index)
        time = header[5]
    wrong_if(not time <= p.manifest["checkpoint_time"] < (time + 1 if p.end == p.size else YEAR_10000), "checkpoint_time is not the newest record's")
    since, until = (otherwise if at is None else at for at, otherwise in ((p.query["from"], float("-inf")), (p.query["to"], YEAR_10000)))
    early, late = (sum(header[5] < since for header in p.headers.values()), sum(header[5] >= until for header in p.headers.values()))
    whole = since < until and (early == 1 or early == p.first == 0) and (late == 1 or late == p.size - p.end == 0)
    wrong_if(not whole, "the period has not one record from before and one from behind it, which show that its records are all there")
    proof = [strict64(h) for h in json.loads(p.members["proofs.json"].decode())["range_proof"]]
    spelt = b'{"range_proof":[%s]}\n' % b",".join(b'"%s"' % base64.b64encode(h) for h in proof)
    wrong_if(spelt != p.members["proofs.json"], "proofs.json is not of the one form and spelling")
    root = rebuild(0, p.size, p.first, [sha(b"\0", leaf) for leaf in leaves], proof) if leaves else sha()
    wrong_if(proof or root != strict64(p.manifest["root"]), "the headers do not lead to the signed root")
def in_english(query):
    def instant(at):
        epoch = datetime.datetime.fromtimestamp(0, datetime.timezone(datetime.timedelta(minutes=query["offset_minutes"])))
        return re.sub(r"(\.\d+?)0+(?=[+-])", r"\1", (epoch + datetime.timedelta(microseconds=at)).isoformat()).replace("+00:00", "Z")
    said = (("from", "from %s (included)", instant), ("to", "to %s (excluded)", instant),
            ("rule", "rule %s", lambda rule: query["alias"] + ", also under its name" if query["alias"] else rule),
            ("customer", "customer %s", str), ("verdict", "verdict %s", VERDICTS.__getitem__))
    return ", ".join(form % tell(query[name]) for name, form, tell in said if query[name] not in (None, "")) or "every decision of the log"
def in_period(header, query):
    return (query["from"] is None or header[5] >= query["from"]) and (query["to"] is None or header[5] < query["to"])
def asked_for(header, query):  # a decision of the period, about the customer if one was named
    return header[3] == 1 and in_period(header, query) and (not query["customer"] or any(key.hex() in query["subjects"] for key in header[8]))
def to_open(header, query, last):  # the sections that a package of this query opens of a record, but for the stories
    inside = asked_for(header, query) if header[3] == 1 else in_period(header, query)
    behind = header[3] == 92 and header[4] == last and in_period(header, dict(query, to=None))  # it closes the last day of the period
    return {1: {1, 5, 8}, 52: {13}, 92: {13}, 94: {13}}.get(header[3], set()) if inside or behind else set()
def commitment(section, salt, encoded):
    return sha(b"caveat/1/section\n", bytes([section]), salt, encoded)
def read_opened(p):  # the sections of each record that is opened: those that a package opens, as the header was committed to them
    last, p.opened = -1, {}
    for name, record in ((name, record) for name, data in sorted(p.members.items()) if name.startswith("opened/") for record in sequence(data)):
        index, parts = record[1], record[2]
        header, sections = p.headers[index], {section: encoded for section, _, encoded in parts}
        sound = sorted(record) == [1, 2] and parts and [part[0] for part in parts] == sorted(sections) and index > last
        wrong_if(not sound or name != "opened/%06d" % ((index - p.first) // 256), "%s holds no record %d" % (name, index))
        wrong_if(any(header[9].get(part[0]) != commitment(*part) for part in parts), "a section of record %d is not the one committed to" % index)
        wrong_if(set(sections) - {10} != to_open(header, p.query, p.end - 1) & set(header[9]),
                 "of record %d other sections are opened than a package opens: %s" % (index, sorted(sections)))
        last, p.opened[index] = index, sections
def check_opened(p):
    query, headers = p.query, p.headers.values()
    read_opened(p)
    p.verdicts, p.events = ({index: cbor(one[part]) for index, one in p.opened.items() if part in one} for part in (1, 13))
    rules = {query["rule"], query["alias"] or query["rule"]}
    p.judged = judged = {index: verdict[1] for index, verdict in p.verdicts.items()
              if query["verdict"] in (None, verdict[1]) and (not query["rule"] or any(rule[1] in rules for rule in verdict[2]))}
    counted = [list(judged.values()).count(verdict) for verdict in range(5)]
    counts = {"records": sum(in_period(header, query) for header in headers), "population": sum(counted), "verdicts": counted}
    wrong_if(p.manifest["counts"] != counts, "recounted %s; the manifest says %s" % (counts, p.manifest["counts"]))
    seed = query["seed"] or sha(p.members["checkpoint"], in_english(query).encode()).hex()  # the auditor's own comes first
    wrong_if(abs(query["offset_minutes"]) > 1080 or p.manifest["seed"] != seed, "the seed is not that of the query and the checkpoint")
    p.sealed = {header[4]: 5 for header in headers if header[4] not in p.opened and asked_for(header, query)}
    p.others = sum(header[3] == 1 and in_period(header, query) and not asked_for(header, query) for header in headers)
    ranked = sorted({**judged, **p.sealed}.items(), key=lambda one: sha(("%s/%d" % (seed, one[0])).encode()))
    classes = [[index for index, verdict in ranked if verdict == wanted] for wanted in (5, 4, 3, 2, 1, 0)]
    drawn = [one[turn] for turn in range(len(ranked)) for one in classes if turn < len(one)][:query["stories"]]
    tellable = {index for index in p.opened if 10 in p.headers[index][9] and (not query["customer"] or len(p.headers[index][8]) < 2)}
    wrong_if({index for index, one in p.opened.items() if 10 in one} != tellable & set(drawn), "those told are not those that the seed draws")
    check_changes(p)
def check_changes(p):  # a key that was given up signs no checkpoint behind the record that says so; one that ends with that record it may
    signer, gone, named = None, [], list(p.given or [p.key])
    for index, header in ((i, header) for i, header in p.headers.items() if header[3] in (52, 94) and in_period(header, p.query)):
        event, rotated = p.events[index], header[3] == 52
        (before, after), said = signers_of(event[3 if rotated else 7]), [read_key(event[number] + "\n") for number in ((2, 1) if rotated else (6, ))]
        same_log = after[0].split("/epoch-")[0] == before[0].split("/epoch-")[0] and (before[0] == after[0]) == rotated
        sound = said == [before, after][not rotated:] and same_log and (before == (signer or before) if rotated else before not in gone)
        wrong_if(not sound, "record %d names other keys than its note, or than the change before" % index)
        ends = rotated and index + 1 == p.size  # by the key before; a package may sign it again by the one after
        signer, gone = before if ends and p.key == before else after, gone + ([] if ends else [before])
        named += [after] if before in named else []  # not those before one that was named, which may have leaked
    wrong_if(p.key not in named, "the package brings another key than the one named, and no change leads to it")
    p.later = signer and p.end == p.size and p.key != signer  # of a report made again; named, or it is none
    wrong_if(p.key in gone or p.later and p.given and p.key not in p.given, "the key that signed was not the log's any more, or not yet then")
def check_closings(p):  # each day that ended within the range has its closing record, and as many records by kind, verdict and rule as it says
    days = {index: datetime.date(1970, 1, 1) + datetime.timedelta(days=header[5] // DAY) for index, header in p.headers.items()}
    quarters = {index: (day.year, (day.month - 1) // 3) for index, day in days.items()}  # each has data keys of its own, which may be lost
    opened, sealed = ({quarters[index] for index in some} for some in (p.verdicts, p.sealed))
    begins = set(list(quarters.values())[1:][-1:]) - set(list(quarters.values())[-2:-1])
    lost = (sealed | begins | {quarter for quarter in quarters.values() if sealed and not opened}) - opened
    for index in list(days)[p.first > 0:]:
        begins = index > 0 and days[index] != days[index - 1]
        wrong_if(begins != (p.headers[index][3] == 92), "record %d: the first of a day, and no other, closes the last" % index)
    closings, compared, fewer = [index for index, header in p.headers.items() if header[3] == 92], 0, 0
    asked = [(index, start) for index, start in zip(closings, [0 if p.first == 0 else None, *closings])
             if p.query["from"] is None or p.headers[index][5] >= p.query["from"]]  # the others close days before the period
    for index, start, event in ((index, start, p.events[index]) for index, start in asked if index in p.events):
        (low, end), said = event[5], {(part, name): count for part in (2, 3, 4) for name, count in event[part]}
        of_day = end == index and (low < p.first if start is None else low == start) and (index == p.first or event[1] == days[index - 1].isoformat())
        once = [[part, name, count] for part in (2, 3, 4) for name, count in event[part]] == [[*key, said[key]] for key in sorted(said) if said[key]]
        wrong_if(not of_day or not once, "closing record %d closes other records than the day's, or counts none of something, or it twice" % index)
        if start is None:
            continue
        verdicts = [p.verdicts[i] for i in range(low, end) if i in p.verdicts]
        counted = collections.Counter([(2, KINDS[p.headers[i][3]]) for i in range(low, end)] + [(3, VERDICTS[verdict[1]]) for verdict in verdicts] +
                                      [(4, rule) for verdict in verdicts for rule in {rule[1] for rule in verdict[2]}])
        unread = counted[2, "decision"] - len(verdicts)
        for part, name in {*said, *counted}:
            more = said.get((part, name), 0) - counted[part, name]
            wrong = more < 0 or more and (part == 2 or unread <= event[6]) or unread < event[6]
            wrong_if(wrong, "the closing record of %s counts %d more of %s, and %d not read of %d" % (event[1], more, name, event[6], unread))
        compared, fewer = compared + 1, fewer + (unread > event[6])
    sealed = [index for index, _ in asked if index not in p.events]
    wrong_if(any(quarters[index] not in lost for index in sealed), "closing records are not opened: %s" % sealed)
    return sealed and "the closing records are sealed here: %d" % len(sealed) or not compared and "no day lies whole within the range" or \
        fewer and "of %d days decisions are sealed here: verdicts and rules were not recounted in full" % fewer
def check_packs(p):  # those by which decisions were made, each once; what is here of them has the digest that it is named by
    packs, asked = p.manifest.get("packs", []), "packs" in p.manifest
    made_by = sorted({(pack[1], pack[2], pack[3].hex()) for index in p.judged if asked for pack in cbor(p.opened[index].get(8, b"\xa1\2\x80"))[2]})
    listed = [(pack["name"], pack["version"], pack["sha256"]) for pack in packs]
    wrong_if(listed != made_by, "the manifest lists other packs than the records name: %s" % listed)
    here = {pack["sha256"] for pack in packs if pack["text"] == "here"}
    wrong_if(any(sha(p.members.get("packs/%s.cbor" % one, b"")).hex() != one for one in here), "packs/ has other rules than the manifest says")
    wrong_if(any(name[:6] == "packs/" and name[6:70] not in here for name in p.members), "packs/ has more than the packs of the manifest")
    return not asked and "none were asked for" or not packs and "no decision is opened in it" or \
        len(here) < len(packs) and "the texts of %d are not in the package" % (len(packs) - len(here))
def check_receipt(p):  # the record of this export is in a tree that the same key signed, and says what the manifest says
    with open(p.path + ".receipt", encoding="utf-8", newline="") as file:
        head, _, note = file.read().partition("\n\n")
    form = r"c2sp\.org/tlog-proof@v1\nextra (\S+)\nindex (0|[1-9][0-9]{0,18})((?:\n\S+){0,63})"
    extra, index, hashes = (re.fullmatch(form, head) or re.match("()()()", "")).groups()
    (leaf, opened), (origin, size, root), index = cbor(strict64(extra)), open_note(note, p.key).splitlines(), int(index)
    found, before = climb(index, int(size), sha(b"\0", leaf), [strict64(one) for one in hashes.split()])
    wrong_if(origin != p.key[0] or index >= int(size) or found != strict64(root), "its path does not lead to a root of this log")
    header, opened = cbor(leaf), cbor(opened)
    [part], event, between = opened[2], cbor(opened[2][0][2]), index - p.size
    of_export = not is_odd(header, index) and header[3] == 71 and opened[1] == index and part[0] == 13 and header[9][13] == commitment(*part)
    wrong_if(not of_export, "no record of an export with its event")
    wrong_if(between < 0 or header[5] < p.manifest["checkpoint_time"], "its record does not stand behind the checkpoint of the package")
    told = {**{number: event.get(number, "") for number in range(3, 10)}, 4: event[4].rpartition("\n\n")[0] + "\n"}
    known = {3: in_english(p.query), 4: p.named, 5: sha(p.members["manifest.json"]), 6: p.manifest["seed"],
             7: p.query["requested_by"], 8: "zip", 9: p.query["purpose"]}
    wrong_if(told != known, "the record is of another export: it says %s" % told)
    wrong_if(between == 0 and (before or sha()) != strict64(p.manifest["root"]), "its tree does not go on from that of the package")
    p.between = between and "records that stand between the checkpoint and it: %d; one tree by the signature alone" % between
def main():
    try:
        _, path, *files = sys.argv
        given = [read_key(line.strip() + "\n") for file in files for line in open(file, encoding="utf-8") if line.strip()]
        wrong_if(files and not given or not os.path.isfile(path), "There is no such package, or no key in the file of keys.")
    except (OSError, ValueError) as wrong:
        print(wrong, __doc__, sep="\n", file=sys.stderr)
        return 2
    p = types.SimpleNamespace(path=path, given=given, between="its receipt (FILE.zip.receipt) does not lie beside it")
    steps = {"1: whole and canonical": check_whole, "2 to 5: signature, manifest, members, checkpoint": check_members,
             "6, 7: headers and tree": check_tree, "5, 8, 9: opened sections, counts, signer": check_opened,
             "11: closed days": check_closings, "16: packs": check_packs, "12: receipt": check_receipt}
    for name, check in list(steps.items())[:7 if os.path.exists(p.path + ".receipt") else 6]:
        try:
            why = check(p)
        except Exception as wrong:  # a hostile package may fail anywhere: whatever fails refutes
            print("✗ %s: %s" % (name, str(wrong) or repr(wrong)))
            return 1
        print("? %s: %s" % (name, why) if why else "✓ %s%s" % (name, " (by the key named)" if check is check_opened and p.given else ""))
    for true, words in (
            (p.later, "5: the last change of key leads to another than signed: a report made again, by the key of that day"),
            (p.sealed, "8: %d decisions are sealed: they are in the tree, but what was decided is not opened" % len(p.sealed)),
            (p.query["customer"], "8: that %d key ids are the customer's is the bank's word; %d decisions of the period are under other ids alone "
             "and are not opened" % (len(p.query["subjects"]), p.others)),
            (p.query["alias"], "8: that %(alias)s is %(rule)s by another name is the bank's word" % p.query),
            (True, "10: report.html and VERIFY.md: that they say what Caveat prints is not checked here"),
            (p.between, "12: %s" % p.between), ("packs" in p.manifest, "16: the files for people in packs/ are not compiled here"),
            (True, "13 to 15: that others saw the same log, that its times are true, that every answer was judged: no package shows it")):
        print("? " + words) if true else None
    return 0 if p.given else 5
if __name__ == "__main__":
    sys.exit(main())
