"""Reads the tables of docs/architecture.md and holds every #include and every room's links against them.

    layers.py TREE      prints file:line: reason for each arrow that the tables forbid, and ends 1 if there is one

Python 3 standard library only, so that it runs before anything is built.
"""
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")')
# Generated from grammar/*.g4 into the build folder; counts as part of ANTLR.
SOURCE_ENDINGS = (".h", ".cc")

STANDARD = set("""
algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits clocale
cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib
cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list fstream functional future
initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex new
numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex
source_location span sstream stack stdexcept stop_token streambuf string string_view strstream syncstream system_error
thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector version
""".split())


class Finding:
    def __init__(self, path, line, reason):
        self.path, self.line, self.reason = path, line, reason

    def __str__(self):
        return f"{self.path}:{self.line}: {self.reason}"


def table_below(lines, heading):
    """The rows of the first table below a heading, each a list of cells."""
    try:
        start = next(i for i, line in enumerate(lines) if line.startswith("#") and line.lstrip("#").strip() == heading)
    except StopIteration:
        raise SystemExit(f"docs/architecture.md: no heading '{heading}', whose table this test reads")
    rows = []
    for line in lines[start + 1:]:
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                rows.append(cells)
        elif rows or line.startswith("#"):
            break
    if len(rows) < 2:
        raise SystemExit(f"docs/architecture.md: no table below '{heading}'")
    return rows


def quoted(cell):
    return re.findall(r"`([^`]+)`", cell)


class Rules:
    """What docs/architecture.md says."""

    def __init__(self, text):
        lines = text.splitlines()
        head, *rows = table_below(lines, "Which way includes point")
        self.columns = {}
        for index, cell in enumerate(head[1:], 1):
            for room in self.names(cell):
                self.columns[room] = index
        self.rows = {}
        self.groups = {}
        for row in rows:
            if len(row) != len(head):
                raise SystemExit(f"docs/architecture.md: the row {row[0]} has {len(row)} cells, the head {len(head)}")
            members = self.names(row[0])
            for room in members:
                self.rows[room] = row
                self.groups[room] = tuple(members)
        self.libraries = []  # (name, header patterns, places)
        for row in table_below(lines, "Where third-party code may be used")[1:]:
            self.libraries.append((row[0], quoted(row[1]), quoted(row[2])))
        self.not_in = []  # (places, standard headers and words, reason)
        for row in table_below(lines, "What a room has not of its own")[1:]:
            self.not_in.append((quoted(row[0]), quoted(row[1]), row[2]))

    @staticmethod
    def names(cell):
        return [name.strip() for name in cell.replace("*", "").split(",")]

    def row_of(self, room):
        return room if room in self.rows else "other adapters"

    def column_of(self, room):
        return room if room in self.columns else "other adapters"

    def cell(self, source_room, target_room):
        return self.rows[self.row_of(source_room)][self.columns[self.column_of(target_room)]]


def room_of(path):
    """(room, path inside the room) of a path in the tree, or (None, None) where the table does not speak."""
    parts = path.split("/")
    if parts[0] == "audit" and len(parts) > 1:
        return "audit", "/".join(parts[1:])
    if parts[0] in ("engine", "adapters") and len(parts) > 2:
        return parts[1], "/".join(parts[2:])
    return None, None


def fits(path, pattern):
    """`passes/` is a folder, `build.cc` a file, `record/from_decision` a file of any ending."""
    if pattern.endswith("/"):
        return path.startswith(pattern)
    return path == pattern or os.path.splitext(path)[0] == pattern


def placed(path, place):
    """`engine/text/` is a folder and all below it, `engine/syntax/*.cc` files by their ending, else one file."""
    if place.endswith("/"):
        return path.startswith(place)
    if "*" in place:
        folder, ending = place.split("*", 1)
        return path.startswith(folder) and path.endswith(ending)
    return path == place


def header_fits(header, pattern):
    return header.startswith(pattern) if pattern.endswith("/") else header == pattern


def forbidden(rules, source, target):
    """Why this arrow between two files of rooms is forbidden, or None."""
    source_room, source_inner = room_of(source)
    target_room, target_inner = room_of(target)
    if source_room is None or target_room is None or source_room == target_room:
        return None
    cell = rules.cell(source_room, target_room)
    arrow = f"{source_room} may not include {target_room}"
    if cell == "✓":
        return None
    if cell == "·":
        if source_room in rules.groups and target_room in rules.groups[source_room]:
            return None
        return f"{arrow}: adapters never include each other"
    if cell == "":
        allowed = [c for c in rules.columns if rules.cell(source_room, c) not in ("", "·")]
        return f"{arrow}; {source_room} may include {', '.join(allowed) if allowed else 'no other room'}"
    if cell == "public":
        return None if "/" not in target_inner and target_inner.endswith(".h") else \
            f"{arrow} but for its public headers, and {target_inner} lies in a sub-folder of it"
    patterns = quoted(cell)
    if cell.startswith("from "):
        return None if any(fits(source_inner, p) for p in patterns) else \
            f"{arrow} but from {', '.join(patterns)}"
    if cell.startswith("to "):
        return None if any(fits(target_inner, p) for p in patterns) else \
            f"{arrow} but {', '.join(patterns)}"
    raise SystemExit(f"docs/architecture.md: the cell '{cell}' of {source_room} is none of ✓ · public from… to…")


def files_of(tree, folders=("engine", "audit", "adapters", "tests")):
    for folder in folders:
        for where, below, names in os.walk(os.path.join(tree, folder)):
            below.sort()
            for name in sorted(names):
                path = os.path.relpath(os.path.join(where, name), tree)
                if name.endswith(SOURCE_ENDINGS) and not path.startswith(("tests/style/fires/", "tests/misuse/")):
                    yield path


def read(tree, path):
    with open(os.path.join(tree, path), encoding="utf-8") as file:
        return file.read()


def without_comments(text):
    """Comments and texts blanked, lines kept, so that a word in a sentence is not taken for code."""
    def blank(match):
        found = match.group(0)
        return re.sub(r"[^\n]", " ", found) if found.startswith("/") else '""'
    return re.sub(r'//[^\n]*|/\*.*?\*/|R"\(.*?\)"|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def check_sources(tree, rules):
    findings = []
    arrows = {}  # room → {room: (file, line)}
    of_file = {}  # file → [(file, line)]
    for path in files_of(tree):
        text = read(tree, path)
        in_tests = path.startswith("tests/")
        room, _ = room_of(path)
        of_file[path] = []
        own = path[:-3] + ".h"
        if room and path.endswith(".cc") and os.path.exists(os.path.join(tree, own)):
            first = next(((n, m) for n, l in enumerate(text.splitlines(), 1) if (m := INCLUDE.match(l))), (1, None))
            if first[1] is None or first[1].group(3) != own:
                findings.append(Finding(path, first[0], f"its own header, \"{own}\", comes first: that shows that it compiles alone"))
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            header = match.group(2) or match.group(3)
            library = next((l for l in rules.libraries if any(header_fits(header, p) for p in l[1])), None)
            if library:
                if not in_tests and not any(placed(path, place) for place in library[2]):
                    findings.append(Finding(path, number, f"<{header}> is of {library[0]}, which stays in {', '.join(library[2])}"))
                continue
            if match.group(2):
                if header in STANDARD:
                    continue
                if not in_tests:
                    findings.append(Finding(path, number, f"<{header}> is in no row of 'Where third-party code may be used'"))
                continue
            if header.startswith("tests/") and not in_tests:
                findings.append(Finding(path, number, "what is shipped may not include tests"))
                continue
            if not os.path.exists(os.path.join(tree, header)):
                findings.append(Finding(path, number, f"\"{header}\" is not found from the root of the tree, where every include starts"))
                continue
            of_file[path].append((header, number))
            reason = forbidden(rules, path, header)
            if reason:
                findings.append(Finding(path, number, reason))
            target, _ = room_of(header)
            if room and target and room != target:
                arrows.setdefault(room, {}).setdefault(target, (path, number))
        if not in_tests:
            findings += check_words(path, text, rules)
    findings += cycles(arrows, lambda a, b: arrows[a][b], "rooms")
    direct = {f: {t: (f, n) for t, n in targets} for f, targets in of_file.items()}
    findings += cycles(direct, lambda a, b: direct[a][b], "files")
    return findings


def check_words(path, text, rules):
    findings = []
    applying = [row for row in rules.not_in if any(placed(path, place) for place in row[0])]
    if not applying:
        return findings
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        match = INCLUDE.match(line)
        for _, words, reason in applying:
            for word in words:
                if word.startswith("<"):
                    hit = match and match.group(2) == word.strip("<>")
                else:
                    hit = re.search(r"(?<![\w.>])" + re.escape(word) + r"(?!\w)", line) if not match else None
                if hit:
                    findings.append(Finding(path, number, f"{word}: {reason}"))
    return findings


def cycles(arrows, place, what):
    """One finding for each cycle that a depth-first walk closes."""
    findings, done, path = [], set(), []

    def walk(node):
        if node in path:
            circle = path[path.index(node):] + [node]
            file, line = place(circle[0], circle[1])
            findings.append(Finding(file, line, f"{what} in a circle: {' → '.join(circle)}"))
            return
        if node in done:
            return
        path.append(node)
        for target in sorted(arrows.get(node, {})):
            walk(target)
        path.pop()
        done.add(node)

    for start in sorted(arrows):
        walk(start)
    return findings


def check_rooms(tree, rules):
    """Every folder is a room of the table, and every CMake target links what its row names."""
    findings = []
    for parent in ("engine", "adapters"):
        base = os.path.join(tree, parent)
        for name in sorted(os.listdir(base)) if os.path.isdir(base) else []:
            if os.path.isdir(os.path.join(base, name)) and parent == "engine" and name not in rules.rows:
                findings.append(Finding(f"{parent}/{name}", 1, "a room without a row in docs/architecture.md"))
    for where, below, names in os.walk(tree):
        below[:] = [b for b in below if b not in ("build", "tests", ".git", "out")]
        if "CMakeLists.txt" not in names:
            continue
        path = os.path.relpath(os.path.join(where, "CMakeLists.txt"), tree)
        text = re.sub(r"#[^\n]*", "", read(tree, path))
        for match in re.finditer(r"caveat_room\(\s*(\w+)(.*?)\)", text, re.S):
            room, arguments = match.group(1), match.group(2).split()
            links, on = [], False
            for argument in arguments:
                on = argument == "LINKS" if argument.isupper() and "::" not in argument else on
                if on and argument != "LINKS":
                    links.append(argument)
            for target in links:
                cell = rules.cell(room, target)
                grouped = cell == "·" and target in rules.groups.get(room, ())
                if target != room and (cell == "" or (cell == "·" and not grouped)):
                    line = text[:match.start()].count("\n") + 1
                    findings.append(Finding(path, line, f"the target of {room} links {target}, which its row does not allow"))
    return findings


def check(tree):
    rules = Rules(read(tree, "docs/architecture.md"))
    return sorted(check_sources(tree, rules) + check_rooms(tree, rules), key=lambda f: (f.path, f.line, f.reason))


def main():
    tree = sys.argv[1] if len(sys.argv) > 1 else "."
    findings = check(tree)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} forbidden" if findings else "every include points the way that docs/architecture.md allows")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
