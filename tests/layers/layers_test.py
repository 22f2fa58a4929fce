"""Shows that layers.py fires: each forbidden arrow of the table is planted once in a small tree of its own and must be named,
and nothing else with it; each arrow that is allowed is drawn once and must pass."""
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import layers  # noqa: E402

ROOT = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
PAGE = layers.read(ROOT, "docs/architecture.md")
RULES = layers.Rules(PAGE)


def folder(room):
    if room == "audit":
        return "audit"
    return f"adapters/{room}" if room in ADAPTERS else f"engine/{room}"


ENGINE = ["base", "text", "syntax", "model", "program", "decide", "prove", "trial"]
ADAPTERS = ["gate", "wire", "load", "cli", "editor", "console", "server", "python"]
ROOMS = ENGINE + ["audit"] + ADAPTERS


class Planted(unittest.TestCase):
    def setUp(self):
        self.tree = tempfile.mkdtemp()
        self.write("docs/architecture.md", PAGE)

    def tearDown(self):
        shutil.rmtree(self.tree)

    def write(self, path, text=""):
        full = os.path.join(self.tree, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def found(self, *files):
        """What is found in a tree of these (path, text); the tree is emptied again."""
        for path, text in files:
            self.write(path, text)
        findings = layers.check(self.tree)
        for path, _ in files:
            os.remove(os.path.join(self.tree, path))
        return findings

    def arrow(self, source, target):
        return self.found((target, "#pragma once\n"), (source, f'#pragma once\n#include "{target}"\n'))

    def assert_named(self, findings, path, line, *words):
        self.assertEqual([(f.path, f.line) for f in findings], [(path, line)], [str(f) for f in findings])
        for word in words:
            self.assertIn(word, str(findings[0]))

    def test_each_cell_of_the_table_is_drawn_once_and_judged(self):
        forbidden = allowed = 0
        for source in ROOMS:
            for target in ROOMS:
                if source == target:
                    continue
                cell = RULES.cell(source, target)
                with self.subTest(source=source, target=target, cell=cell):
                    file, header = f"{folder(source)}/planted.h", f"{folder(target)}/aim.h"
                    grouped = target in RULES.groups.get(source, ())
                    if cell == "✓" or cell == "public" or (cell == "·" and grouped):
                        self.assertEqual(self.arrow(file, header), [])
                        allowed += 1
                    else:
                        self.assert_named(self.arrow(file, header), file, 2, f"{source} may not include {target}")
                        forbidden += 1
                    if cell == "public":
                        inner = f"{folder(target)}/inner/aim.h"
                        self.assert_named(self.arrow(file, inner), file, 2, "public headers", "inner/aim.h")
                        forbidden += 1
                    for pattern in layers.quoted(cell):
                        name = pattern + "one.h" if pattern.endswith("/") else pattern if "." in pattern else pattern + ".h"
                        if cell.startswith("from "):
                            self.assertEqual(self.arrow(f"{folder(source)}/{name}", header), [])
                        else:
                            self.assertEqual(self.arrow(file, f"{folder(target)}/{name}"), [])
                        allowed += 1
        print(f"{forbidden} forbidden arrows planted and named, {allowed} allowed ones let through")
        self.assertGreater(forbidden, 120)
        self.assertGreater(allowed, 50)

    def test_each_library_is_named_outside_its_place_and_let_through_inside(self):
        for name, headers, places in RULES.libraries:
            for header in headers:
                header = header + "some.h" if header.endswith("/") else header
                with self.subTest(library=name, header=header):
                    inside = [p.replace("*", "one") if "*" in p else p + "one.h" if p.endswith("/") else p for p in places]
                    for path in inside:
                        self.assertEqual(self.found((path, f"#include <{header}>\n")), [])
                    outside = [f for f in ("engine/model/one.cc", "audit/record/one.cc", "adapters/wire/one.cc", "engine/base/one.h")
                               if not any(layers.placed(f, p) for p in places)]
                    self.assertTrue(outside)
                    for path in outside:
                        self.assert_named(self.found((path, f"#include <{header}>\n")), path, 1, header, name)

    def test_a_source_that_does_not_begin_with_its_own_header_is_named(self):
        own, other = "engine/text/one.h", "engine/text/two.h"
        for text, line in ((f'\n#include "{other}"\n#include "{own}"\n', 2), ("\n#include <string>\n", 2), ("", 1)):
            found = self.found((own, "#pragma once\n"), (other, "#pragma once\n"), ("engine/text/one.cc", text))
            self.assert_named(found, "engine/text/one.cc", line, own, "comes first")
        self.assertEqual(self.found((own, "#pragma once\n"), ("engine/text/one.cc", f'#include "{own}"\n#include <string>\n')), [])

    def test_a_header_that_no_row_knows_is_named(self):
        self.assert_named(self.found(("engine/text/one.cc", "\n#include <zlib.h>\n")), "engine/text/one.cc", 2, "zlib.h", "no row")

    def test_each_thing_the_engine_must_not_have_is_named(self):
        for places, words, reason in RULES.not_in:
            for place in places:
                path = place + "one.cc" if place.endswith("/") else place
                for word in words:
                    with self.subTest(word=word, place=place):
                        text = f"#include {word}\n" if word.startswith("<") else f"auto x = {word}(0);\n"
                        findings = self.found((path, text))
                        self.assertTrue(any(word in str(f) and f.path == path and f.line == 1 for f in findings), findings)

    def test_a_word_in_a_comment_or_a_text_is_no_code(self):
        text = '// getenv is not for us\nauto x = "system_clock";\n/* std::thread\n rand */\n'
        self.assertEqual(self.found(("engine/text/one.cc", text)), [])

    def test_two_rooms_that_include_each_other_are_a_circle(self):
        findings = self.found(("adapters/gate/a.h", '#include "adapters/wire/b.h"\n'), ("adapters/wire/b.h", ""),
                              ("adapters/wire/c.h", '#include "adapters/gate/d.h"\n'), ("adapters/gate/d.h", ""))
        self.assert_named(findings, "adapters/gate/a.h", 1, "rooms in a circle: gate → wire → gate")

    def test_two_files_that_include_each_other_are_a_circle(self):
        findings = self.found(("engine/base/a.h", '#include "engine/base/b.h"\n'), ("engine/base/b.h", '\n#include "engine/base/a.h"\n'))
        self.assert_named(findings, "engine/base/a.h", 1, "files in a circle", "engine/base/b.h")

    def test_what_is_shipped_may_not_include_tests(self):
        self.assert_named(self.arrow("engine/base/a.h", "tests/support/b.h"), "engine/base/a.h", 2, "may not include tests")

    def test_an_include_that_does_not_start_at_the_root_is_named(self):
        findings = self.found(("engine/base/a.h", '#include "b.h"\n'), ("engine/base/b.h", ""))
        self.assert_named(findings, "engine/base/a.h", 1, "root of the tree")

    def test_a_room_without_a_row_is_named(self):
        self.assert_named(self.found(("engine/common/a.h", "")), "engine/common", 1, "without a row")

    def test_a_target_that_links_more_than_its_row_is_named(self):
        text = "caveat_room(text LINKS base\n  syntax EXTERNAL PkgConfig::ICU)\n"
        self.assert_named(self.found(("engine/text/CMakeLists.txt", text)), "engine/text/CMakeLists.txt", 1, "links syntax")


if __name__ == "__main__":
    unittest.main()
