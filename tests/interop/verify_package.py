#!/usr/bin/env python3
"""Verifies a Caveat evidence package with nothing of Caveat's: docs/formats.md, the standards beside this file and Python's own library.

    verify_package.py PACKAGE.zip [LOG.vkey]    (a file of one key a line; PACKAGE.zip.receipt is read where it lies beside)

Prints the claims of `caveat verify` by their numbers: shown (✓), refuted (✗), not checked here and why (?). Exits 0 (intact and signed by
the key named), 1 (refuted) or 5 (intact, no key named).
"""
import base64, collections, datetime, json, os, re, struct, sys, zipfile, zlib  # noqa: E401
from standards import Wrong, cbor, climb, item, open_note, read_key, rebuild, sequence, sha, strict64, wrong_if
from standards import BASE, P, Q, times  # noqa: F401

ZIP_ENTRY, YEAR_10000, DAY = b"PK\1\2\x3f\3\x0a\0", 253402300800 * 10**6, 86400 * 10**6  # in µs since 1970
VERDICTS = "allow revise require block handoff".split()
KINDS = dict(zip((1, 2, 3, *range(10, 16), 20, 21, *range(30, 35), *range(40, 45), 50, 51, 52, 60, 61, 70, 71, 72, 80, *range(90, 95)), """decision
delivery_confirmed delivery_missed handoff_opened handoff_taken handoff_passed handoff_returned handoff_escalated handoff_closed feedback event
pack_drafted pack_reviewed pack_approved pack_activated pack_withdrawn data_drafted data_reviewed data_approved data_activated data_withdrawn
configuration_changed key_created key_rotated erasure legal_hold viewed exported signed_in switch_thrown gap clock_stepped closing time_stamp
epoch""".split()))
def canonical_zip(members):  # stored, sorted, dated 1980-01-01, nothing extra
    body, directory = b"", b""
    for name in sorted(members):
        data, raw = members[name], name.encode()
        common = struct.pack("<HHHHIIIHH", 0, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(raw), 0)
        directory += ZIP_ENTRY + common + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, len(body)) + raw
        body += b"PK\3\4\x0a\0" + common + raw + data
    return body + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(members), len(members), len(directory), len(body), 0)
def check_whole(path, state):
    with open(path, "rb") as file, zipfile.ZipFile(path) as archive:
        whole, members = file.read(), {info.filename: archive.read(info) for info in archive.infolist()}
    state["members"] = members
    wrong_if(canonical_zip(members) != whole, "not the canonical bytes of its members")  # nor with a member twice
    missing = {"manifest.json", "manifest.json.sig", "checkpoint", "log.vkey", "proofs.json", "report.html", "VERIFY.md"} - set(members)
    wrong_if(missing, "missing: %s" % sorted(missing))
def rows(item, between=","):
    return r"\[(?:%s(?:%s%s)*)?\]" % (item, between, item)
WORDS = {"NUMBER": "(?:0|[1-9][0-9]{0,18})", "SIGNED": "(?:0|-?[1-9][0-9]{0,18})", "BOOL": "(?:true|false)", "VERDICT": "(?:null|[0-4])",
         "KEYS": rows('"[0-9a-f]{32}"'), "ALIAS": '"(?:confidential/[0-9a-f]{16})?"', "LANGUAGE": '"(?:en|zh)"',
         "TEXT": r'"(?:[^"\\\0-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7be-f]|1[0-9a-f]))*"',  # escapes where JSON needs one, the shorter one
         "VERSION": r'"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}"',
         "MEMBERS": rows(r'''\n    \{"name":"(?:VERIFY.md|checkpoint|log.vkey|proofs.json|report.html|(?:headers|opened)/[0-9]{6,})",'''
                         r'''"size":[0-9]+,"sha256":"[0-9a-f]{64}"\}''').replace(r")?\]", r"\n  )?\]")}
WORDS.update(OPTIONAL="(?:null|%(SIGNED)s)" % WORDS, TEXTS=rows(WORDS["TEXT"]), COUNTS=rows(WORDS["NUMBER"]))
MANIFEST = re.sub("[A-Z]{4,}", lambda word: WORDS[word[0]], re.escape("{\n  " + '''"format": 1;"version": VERSION;"origin": TEXT;\
"size": NUMBER;"root": TEXT;"checkpoint_time": SIGNED;"range": {"first":NUMBER,"end":NUMBER};"query": {"from":OPTIONAL,"to":OPTIONAL,"rule":TEXT,\
"alias":ALIAS,"customer":TEXT,"subjects":KEYS,"verdict":VERDICT,"language":LANGUAGE,"offset_minutes":SIGNED,"seed":TEXT,"stories":NUMBER,\
"requested_by":TEXT,"purpose":TEXT};"seed": TEXT;"counts": {"records":NUMBER,"population":NUMBER,"verdicts":COUNTS};"log": {"path":TEXT,"key":TEXT,\
"recorded":BOOL,"checked":BOOL,"findings_en":TEXTS,"findings_zh":TEXTS,"not_checked_en":TEXTS,"not_checked_zh":TEXTS};"members": MEMBERS'''.replace(
    ";", ",\n  ") + "\n}\n")).encode()
def followed(keys, members):  # those named and, by notes of both in opened records, those after them; not those before, which may have leaked
    events = [cbor(event) for name, data in sorted(members.items()) if name.startswith("opened/") for opened in sequence(data)
              for part, _, event in opened[2] if part == 13]
    notes = [note for event in events for note in event.values() if isinstance(note, str) and note.startswith("caveat.signer/v1\n")]
    while found := [after for before, after in map(signers_of, notes) if before in keys and after not in keys]:
        keys = keys + found
    return keys
def signers_of(note):  # the keys before and after, of a note that both signed
    keys = before, after = [read_key(line + "\n") for line in note.split("\n")[1:3]]
    said = "\n".join(["caveat.signer/v1", *note.split("\n")[1:3], ""])
    wrong_if(not open_note(note, before) == open_note(note, after) == said, "the note of a change of key is not what both keys signed")
    return keys
def check_changes(state, events):
    """A key that was given up signs no checkpoint behind the record that says so; the one that ends with that record is by it still."""
    manifest, signer, gone, key = state["manifest"], None, [], state["key"]
    for index, header in ((i, header) for i, header in state["headers"].items() if header[3] in (52, 94) and in_period(header, manifest["query"])):
        event, rotated = events[index], header[3] == 52
        before, after = signers_of(event[3 if rotated else 7])
        named = [read_key(event[number] + "\n") for number in ((2, 1) if rotated else (6, ))]
        follows = before == (signer or before) if rotated else before not in gone
        same_log = after[0].split("/epoch-")[0] == before[0].split("/epoch-")[0] and (before[0] == after[0]) == rotated
        wrong_if(named != ([before, after] if rotated else [after]) or not same_log or not follows,
                 "record %d names other keys than its note, or than the change before" % index)
        ends = rotated and index + 1 == manifest["size"]  # by the key before; a package may sign it again by the one after
        signer, gone = before if ends and key == before else after, gone + ([] if ends else [before])
    state["later"] = signer and manifest["range"]["end"] == manifest["size"] and key != signer  # of a report made again; named, or it is none
    wrong_if(key in gone or state["later"] and state["given"] and key not in state["given"],
             "the key that signed was not the log's any more, or not yet, at that size")
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
    log, query = manifest["log"], manifest["query"]
    wrong_if(not manifest["origin"] == log["key"] == state["key"][0], "the manifest is of another log than the key")
    odd = query["stories"] < 5 or query["subjects"] and not query["customer"] or query["alias"] and re.match("confidential/|$", query["rule"])
    wrong_if(odd or any(len(log[one + "_en"]) != len(log[one + "_zh"]) for one in ("findings", "not_checked")),
             "manifest.json has too few stories, subjects of no customer, an alias of no rule, or texts in one language only")
    listed = sorted(set(members) - {"manifest.json", "manifest.json.sig"})
    wrong_if([m["name"] for m in manifest["members"]] != listed, "members differ from the manifest")
    for name, m in ((m["name"], m) for m in manifest["members"]):
        wrong_if(len(members[name]) != m["size"] or sha(members[name]).hex() != m["sha256"], name + " was changed")
def check_checkpoint(state):
    state["named"] = "%(origin)s\n%(size)d\n%(root)s\n" % state["manifest"]
    wrong_if(open_note(state["members"]["checkpoint"].decode(), state["key"]) != state["named"], "checkpoint and manifest differ")
def is_odd(header, index):  # there is none such: keys 1 to 11; of a decision section 1 and not 13, of all else 13 and none below 11
    odd = {1, 13} & set(header[9]) != {1} if header[3] == 1 else 13 not in header[9] or min(header[9]) < 11
    return odd or sorted(header) != list(range(1, 12)) or header[4] != index
def check_tree(state):
    manifest, members, query, leaves = state["manifest"], state["members"], state["manifest"]["query"], []
    for bundle, name in enumerate(sorted(name for name in members if name.startswith("headers/"))):
        data, at = members[name], 0
        wrong_if(name != "headers/%06d" % bundle or len(leaves) != 256 * bundle or not data, name + " stands in another's place")
        while at < len(data):
            (length,) = struct.unpack_from(">H", data, at)
            leaves.append(data[at + 2:at + 2 + length])
            wrong_if(len(leaves[-1]) != length or len(leaves) > 256 * (bundle + 1), name + " ends within a header, or has too many")
            at += 2 + length
    (first, end), size, time = manifest["range"].values(), manifest["size"], 0
    wrong_if(len(leaves) != end - first, "%d headers expected, %d found" % (end - first, len(leaves)))
    headers = state["headers"] = {index: cbor(leaf) for index, leaf in enumerate(leaves, first)}
    for index, header in headers.items():
        wrong_if(is_odd(header, index) or not time <= header[5] < YEAR_10000, "header %d is out of place" % index)
        time = header[5]
    newest = time + 1 if end == size else YEAR_10000
    wrong_if(not time <= manifest["checkpoint_time"] < newest, "checkpoint_time is not that of the newest record")
    since, until = query["from"], YEAR_10000 if query["to"] is None else query["to"]
    before = first == 0 or leaves and since is not None and headers[first][5] < since
    behind = end == size or leaves and query["to"] is not None and headers[end - 1][5] >= until
    empty = None not in (since, query["to"]) and since >= until
    wrong_if(empty or not before or not behind, "no record from outside the period, before or behind it, shows that the run is all of it")
    outside = end - first > 1 and (headers[first + 1][5] < (since or 0) or headers[end - 2][5] >= until)
    wrong_if(outside, "more than one record from outside the period, before or behind it")
    proof = [strict64(h) for h in json.loads(members["proofs.json"].decode())["range_proof"]]
    spelt = b'{"range_proof":[%s]}\n' % b",".join(b'"%s"' % base64.b64encode(h) for h in proof)
    wrong_if(spelt != members["proofs.json"], "proofs.json is not of the one form and spelling")
    root = rebuild(0, size, first, [sha(b"\0", leaf) for leaf in leaves], proof) if leaves else sha()
    wrong_if(proof or root != strict64(manifest["root"]), "the headers do not lead to the signed root")
def in_english(query):
    def instant(at):
        time = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(microseconds=at)
        local = time.astimezone(datetime.timezone(datetime.timedelta(minutes=query["offset_minutes"]))).isoformat()
        return re.sub(r"(\.\d+?)0+(?=[+-])", r"\1", local).replace("+00:00", "Z")
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
            wrong_if(any(header[9].get(one[0]) != commitment(*one) for one in opened[2]), "a section of record %d is not the one committed to" % last)
            wrong_if(set(sections) - {10} != to_open(header, state["manifest"]["query"], end - 1) & set(header[9]),
                     "of record %d other sections are opened than a package opens: %s" % (last, sorted(sections)))
            yield header, sections
def check_opened(state):
    counts, query, headers, told, events = state["manifest"]["counts"], state["manifest"]["query"], state["headers"], set(), {}
    seen, verdicts, judged = set(), {}, {}
    for header, sections in opened_records(state):
        seen |= {header[4]}
        told |= {header[4]} if 10 in sections else set()
        events.update({header[4]: cbor(sections[13])} if 13 in sections else {})
        verdict = verdicts[header[4]] = cbor(sections.get(1, b"\xf6"))
        named = verdict and (not query["rule"] or any(rule[1] in (query["rule"], query["alias"] or query["rule"]) for rule in verdict[2]))
        judged.update({header[4]: verdict[1]} if named and query["verdict"] in (None, verdict[1]) else {})
    counted = [list(judged.values()).count(verdict) for verdict in range(5)]
    records = sum(in_period(header, query) for header in headers.values())
    wrong_if(counts != {"records": records, "population": sum(counted), "verdicts": counted},
             "recounted %d records, decisions %s; the manifest says %s" % (records, counted, counts))
    seed = query["seed"] or sha(state["members"]["checkpoint"], in_english(query).encode()).hex()  # the auditor's own comes first
    wrong_if(abs(query["offset_minutes"]) > 1080 or state["manifest"]["seed"] != seed, "the seed is not that of the query and the checkpoint")
    sealed = {index: 5 for index, header in headers.items() if index not in seen and asked_for(header, query)}
    others = sum(header[3] == 1 and in_period(header, query) and not asked_for(header, query) for header in headers.values())
    state.update(sealed=len(sealed), others=others, seen=seen, events=events, verdicts={index: one for index, one in verdicts.items() if one})
    ranked = sorted({**judged, **sealed}.items(), key=lambda one: sha(("%s/%d" % (seed, one[0])).encode()))
    classes = [[index for index, verdict in ranked if verdict == wanted] for wanted in (5, 4, 3, 2, 1, 0)]
    drawn = [one[turn] for turn in range(len(ranked)) for one in classes if turn < len(one)][:query["stories"]]
    can_be_told = {index for index in seen.intersection(drawn) if 10 in headers[index][9] and (not query["customer"] or len(headers[index][8]) < 2)}
    wrong_if(told != can_be_told, "the decisions that are told are not those that the seed draws")
    check_changes(state, events)
def day_of(header):
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=header[5] // DAY)).isoformat()
def quarter(header):
    return "%s/%d" % (day_of(header)[:4], (int(day_of(header)[5:7]) - 1) // 3)
def without_keys(state):  # quarters of which no decision is opened: data keys are those of a quarter
    headers, seen = list(state["headers"].values()), state["seen"]
    asked = [header for header in headers if asked_for(header, state["manifest"]["query"])]
    opened, sealed = {quarter(header) for header in asked if header[4] in seen}, {quarter(header) for header in asked if header[4] not in seen}
    begins = {quarter(headers[-1])} - {quarter(headers[-2])} if len(headers) > 1 else set()
    return (sealed | begins | {quarter(header) for header in headers if sealed and not opened}) - opened
def check_closings(state):
    """Each day that ended within the range has its closing record, and as many records by kind, verdict and rule as that says."""
    headers, since, first = state["headers"], state["manifest"]["query"]["from"], state["manifest"]["range"]["first"]
    begun, compared, sealed, fewer = 0 if first == 0 else None, 0, 0, 0
    for index, header in headers.items():
        closing, begins = header[3] == 92, index > first and header[5] // DAY != headers[index - 1][5] // DAY
        wrong_if(begins != closing and (index > first or first == 0), "record %d: the first of a day, and no other, closes the day before" % index)
        start, begun = begun, index if closing else begun
        event = state["events"].get(index)
        if not closing or since is not None and header[5] < since:  # or it closes a day before the period
            continue
        wrong_if(not event and quarter(header) not in without_keys(state), "closing record %d is not opened" % index)
        sealed += not event
        if not event:
            continue
        (low, end), said = event[5], [dict(event[part]) for part in (2, 3, 4)]
        wrong_if(end != index or (low >= first if start is None else low != start) or index > first and event[1] != day_of(headers[index - 1]),
                 "closing record %d closes other records than those of the day before it" % index)
        once = [sorted(map(list, counts.items())) for counts in said] == [event[2], event[3], event[4]]
        wrong_if(not once or any(0 in counts.values() for counts in said), "closing record %d counts none of something, or it twice" % index)
        if start is None:
            continue
        of_day = [state["verdicts"][i] for i in range(low, end) if i in state["verdicts"]]
        counted = [collections.Counter(KINDS[headers[i][3]] for i in range(low, end)), collections.Counter(VERDICTS[one[1]] for one in of_day),
                   collections.Counter(rule for one in of_day for rule in {rule[1] for rule in one[2]})]
        unread = counted[0]["decision"] - len(of_day)
        for part, name in ((part, name) for part in range(3) for name in {*said[part], *counted[part]}):
            more = said[part].get(name, 0) - counted[part][name]
            wrong_if(more < 0 or more and (part == 0 or unread <= event[6]), "the closing record of %s counts %d more of %s" % (event[1], more, name))
        wrong_if(unread < event[6], "the closing record of %s counts more decisions that cannot be read than there are" % event[1])
        compared, fewer = compared + 1, fewer + (unread > event[6])
    state["days"] = sealed and "the closing records are sealed here: %d" % sealed or not compared and "no day lies whole within the range" or \
        fewer and "of %d days decisions are sealed here: verdicts and rules were not recounted in full" % fewer
def check_receipt(path, state):
    """The record of this export is in a tree that the same key signed, and says what the manifest says."""
    with open(path, encoding="utf-8", newline="") as file:
        head, _, note = file.read().partition("\n\n")
    form = r"c2sp\.org/tlog-proof@v1\nextra (\S+)\nindex (0|[1-9][0-9]{0,18})((?:\n\S+){0,63})"
    extra, index, hashes = (re.fullmatch(form, head) or re.match("()()()", "")).groups()
    (leaf, opened), (origin, size, root) = cbor(strict64(extra)), open_note(note, state["key"]).splitlines()
    found, before = climb(int(index), int(size), sha(b"\0", leaf), [strict64(one) for one in hashes.split()])
    header, opened, index, query = cbor(leaf), cbor(opened), int(index), state["manifest"]["query"]
    [(section, salt, encoded)], event = opened[2], cbor(opened[2][0][2])
    wrong_if(origin != state["key"][0] or index >= int(size) or found != strict64(root), "its path does not lead to a root of this log")
    wrong_if(is_odd(header, index) or header[3] != 71 or opened[1] != index or section != 13 or header[9][13] != commitment(13, salt, encoded),
             "no record of an export with its event")
    wrong_if(event[5] != sha(state["members"]["manifest.json"]), "it is of another export")
    between = index - state["manifest"]["size"]
    wrong_if(between < 0 or header[5] < state["manifest"]["checkpoint_time"], "its record does not stand behind the checkpoint of the package")
    named = {3: in_english(query), 6: state["manifest"]["seed"], 7: query["requested_by"], 8: "zip", 9: query["purpose"]}
    differing = [event.get(number, "") for number, said in named.items() if event.get(number, "") != said]
    wrong_if(differing, "the record says %r, the manifest does not" % differing)
    wrong_if(event[4].rpartition("\n\n")[0] + "\n" != state["named"], "the record names another checkpoint")
    wrong_if(between == 0 and (before or sha()) != strict64(state["manifest"]["root"]), "its tree does not go on from that of the package")
    state["between"] = between and "records that stand between the checkpoint and it: %d; one tree by the signature alone" % between

def main():
    path, state = sys.argv[1], {"between": "its receipt (FILE.zip.receipt) does not lie beside it"}
    given = [read_key(line.strip() + "\n") for line in open(sys.argv[2], encoding="utf-8") if line.strip()] if len(sys.argv) > 2 else None
    steps = [("1: whole and canonical", lambda: check_whole(path, state)), ("2: signed", lambda: check_signer(state, given)),
             ("3, 4: manifest and members", lambda: check_members(state)), ("5: checkpoint", lambda: check_checkpoint(state)),
             ("6, 7: headers and tree", lambda: check_tree(state)), ("5, 8, 9: opened sections, counts, signer", lambda: check_opened(state)),
             ("11: closed days", lambda: check_closings(state)), ("12: receipt", lambda: check_receipt(path + ".receipt", state))]
    for name, step in steps if os.path.exists(path + ".receipt") else steps[:-1]:
        try:
            step()
        except Exception as wrong:  # a hostile package may fail anywhere: whatever fails refutes
            print("✗ %s: %s" % (name, wrong))
            return 1
        print("✓ %s%s" % (name, " (by the key named)" if name == "2: signed" and given else "")) if "11" not in name or not state["days"] else None
    query = state["manifest"]["query"]
    for true, words in (
            (state["later"], "5: the last change of key leads to another than signed: a report made again, by the key of that day"),
            (state["sealed"], "8: %(sealed)d decisions are sealed: they are in the tree, but what was decided is not opened" % state),
            (query["customer"], "8: that %d key ids are the customer's is the bank's word; %d decisions of the period are under other ids alone and "
             "are not opened" % (len(query["subjects"]), state["others"])),
            (query["alias"], "8: that %(alias)s is %(rule)s by another name is the bank's word" % query),
            (True, "10: report.html and VERIFY.md: that they say what Caveat prints is not checked here"),
            (state["days"], "11: %(days)s" % state), (state["between"], "12: %(between)s" % state),
            (True, "13 to 15: that others saw the same log, that its times are true, that every answer was judged: no package shows it")):
        print("? " + words) if true else None
    return 0 if given else 5

if __name__ == "__main__":
    sys.exit(main())
