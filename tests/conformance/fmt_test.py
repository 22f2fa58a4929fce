#!/usr/bin/env python3
"""`caveat fmt` over all packs of the repository: they stand as it prints them, twice is once, comments stay, English → Chinese → English is
the same bytes, and no digest moves.

`fmt_test.py CAVEAT REPOSITORY`
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CAVEAT, ROOT = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
FOLDERS = ["rules", "tests/engine/model/forty"]


def caveat(*arguments, folder):
    return subprocess.run([CAVEAT, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=False,
                          env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"})


def digests(folder, name):
    done = caveat("check", "--json", name, folder=folder)
    packs = json.loads(done.stdout)["packs"]
    return {pack["name"]: (pack["digest"], pack["examples_digest"]) for pack in packs}


def files(folder):
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.cav"))}


def comments(text):
    """Comments in the order in which they stand, but for blanks."""
    out = []
    for line in text.splitlines():
        quoted = None
        for at, sign in enumerate(line):
            if quoted:
                quoted = None if sign == quoted else quoted
            elif sign in "\"“「《":
                quoted = {'"': '"', "“": "”", "「": "」", "《": "》"}[sign]
            elif sign == "#":
                out.append(line[at:].strip())
                break
    return out


# One of each thing that a comment may stand in.
COMMENTED = """pack NAME
  title "One" zh "一"
  jurisdiction CN
  time zone "Asia/Shanghai"
  version "1"
  default queue desk
  default if unknown hand off to desk

source LAW also 法 is "A law" article 1
  in force from 2026-01-01
  reads en "It says." zh "它说。"

facts customer
  income also 收入 money CNY, max age 3 days
  vip yes/no
  age integer 0..150

lexicon w also 词 is
  "x", "y"
  but not "z"

wording NOTE also 说明
  en "Please note."
  zh "请注意。"

define rich as customer.income is above 10_000 CNY and customer.age is at least 30

define odd as (rich or customer.vip is yes) and not (customer.age is below 30 and rich)

parameter limit 5, between 1 and 10, lower is stricter

queue desk also 坐席
  say "A person is coming."

rule r also 规 "A title" zh "标题"
  cites LAW
  applies to answer, message
  open to exceptions
  when customer.vip is yes and answer contains any of w and (customer.age is above 3 or rich)
  unless customer.age is below limit
  then block and hand off to desk, priority high
    say en "No." zh "不。"
    because "you are {customer.age}"
  if unknown flag odd

rule s
  cites LAW
  applies to answer
  when customer.vip is yes or answer contains "x"
  then block

example "e"
  given message
    message.text "x", customer.age 3
    customer.income 10_001 CNY
  expect handoff by r
"""


def places(text):
    """Between two things that stand on one line, outside of quotation marks."""
    quoted = False
    for at, sign in enumerate(text):
        quoted ^= sign == '"'
        if quoted or text[:at].rpartition("\n")[2].strip() == "":
            continue
        if text[at - 1] == "(" or sign == ")" or (sign == " " and text[at - 1] != " "):
            yield at


class Fmt(unittest.TestCase):
    def pack_folders(self):
        for folder in FOLDERS:
            with tempfile.TemporaryDirectory() as place:
                copy = pathlib.Path(place) / "packs"
                # The forty rules stand in both phrasings beside each other: one of them is a pack.
                shutil.copytree(ROOT / folder, copy, ignore=shutil.ignore_patterns("zh.cav"))
                yield folder, copy

    def test_our_packs_stand_as_it_prints_them(self):
        done = caveat("fmt", "--check", "rules", folder=ROOT)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_yuan_stands_only_where_the_pack_is_of_jurisdiction_cn(self):
        """fmt to Chinese once wrote 元 into packs of other jurisdictions, where it is a mistake."""
        pack = """pack eu.one
  title "One"
  jurisdiction EU
  time zone "Europe/Paris"
  version "1"
  default queue desk
queue desk
  say "A person is coming."
source LAW is "A law" article 1
facts customer
  income money CNY
rule r
  cites LAW
  applies to message
  when customer.income is above 10_000 CNY
  then block and hand off to desk
"""
        example = 'example "e"\n  given message\n    message.text "x"\n    customer.income 10_001 CNY\n  expect handoff by r\n'
        for jurisdiction, written in (("EU", "1万 CNY"), ("CN", "1万元"), ("EU, CN", "1万元")):
            with self.subTest(jurisdiction=jurisdiction), tempfile.TemporaryDirectory() as place:
                folder = pathlib.Path(place) / "packs"
                folder.mkdir()
                (folder / "pack.cav").write_text(pack.replace("EU", jurisdiction), encoding="utf-8")
                (folder / "examples.cav").write_text(example, encoding="utf-8")
                self.assertEqual(caveat("fmt", "--language", "zh", "packs", folder=place).returncode, 0)
                self.assertIn(written, files(folder)["pack.cav"])
                self.assertEqual(caveat("check", "packs", folder=place).returncode, 0)

    def test_two_packs_that_name_one_fact_otherwise_keep_their_own_names(self):
        """Names of the second were dropped, and fmt wrote those of the first into it: alone it did not compile any more."""
        with tempfile.TemporaryDirectory() as name:
            place = pathlib.Path(name)
            for pack, fact, retail in (("a", "甲名", "个人"), ("b", "乙名", "零售乙")):
                (place / "packs" / pack).mkdir(parents=True)
                (place / "packs" / pack / "pack.cav").write_text(
                    f'pack {pack}\n  version "1"\n  default queue desk\n\nqueue desk\n\nsource LAW is "Act" article 1\n\n'
                    f'facts customer\n  x    also {fact} integer\n  kind one of (retail also {retail}, vip)\n\n'
                    f'rule r\n  cites LAW\n  applies to answer\n  when customer.{fact} is above 3 and customer.kind is {retail}\n'
                    '  then hand off to desk\n', encoding="utf-8")
            self.assertEqual(caveat("check", "packs", folder=place).returncode, 0)
            self.assertEqual(caveat("fmt", "--language", "zh", "packs", folder=place).returncode, 0)
            for pack, fact, retail in (("a", "甲名", "个人"), ("b", "乙名", "零售乙")):
                self.assertIn(f"客户.{fact} 高于 3 且 客户.kind 为 {retail}", (place / "packs" / pack / "pack.cav").read_text(encoding="utf-8"))
                self.assertEqual(caveat("check", f"packs/{pack}", folder=place).returncode, 0)

    def test_a_choice_written_in_english_is_printed_by_the_name_that_the_pack_knows(self):
        """The first pack that declares the fact lent the others its names of the choices; alone they did not compile any more."""
        head = '  version "1"\n  default queue desk\n\nqueue desk\n\nsource LAW is "Act" article 1\n\n'
        rule = ('rule r\n  cites LAW\n  applies to answer\n'
                '  when customer.x is above 3 and customer.kind is retail and customer.kind is one of vip, retail\n  then hand off to desk\n'
                '    because "{customer.x}"\n')
        facts = {"a": "facts customer\n  x    integer\n  kind one of (retail, vip)\n\n",
                 "b": "facts customer\n  x    also 乙数 integer\n  kind also 乙类 one of (retail also 零售乙, vip also 贵宾乙)\n\n",
                 "c": "facts customer\n  x    also 丙数 integer\n  kind also 丙类 one of (retail also 零售丙, vip also 贵宾丙)\n\n",
                 "d": ""}
        heads = {"d": '  version "1"\n  default queue desk\n\nuse c\n\n'}
        with tempfile.TemporaryDirectory() as name:
            place = pathlib.Path(name)
            for pack, declared in facts.items():
                (place / "packs" / pack).mkdir(parents=True)
                (place / "packs" / pack / "pack.cav").write_text(f"pack {pack}\n{heads.get(pack, head)}{declared}{rule}", encoding="utf-8")
            self.assertEqual(caveat("check", "packs", folder=place).returncode, 0)
            self.assertEqual(caveat("fmt", "--language", "zh", "packs", folder=place).returncode, 0)
            for pack, number, kind, retail, vip in (("a", "x", "kind", "retail", "vip"), ("b", "乙数", "乙类", "零售乙", "贵宾乙"),
                                                    ("c", "丙数", "丙类", "零售丙", "贵宾丙"), ("d", "丙数", "丙类", "零售丙", "贵宾丙")):
                with self.subTest(pack=pack):
                    text = (place / "packs" / pack / "pack.cav").read_text(encoding="utf-8")
                    self.assertIn(f"客户.{number} 高于 3 且 客户.{kind} 为 {retail} 且 客户.{kind} 属于 {vip}、{retail}", text)
                    self.assertIn("{客户." + number + "}", text)
                    alone = ["packs/c", "packs/d"] if pack == "d" else [f"packs/{pack}"]
                    self.assertEqual(caveat("check", *alone, folder=place).returncode, 0)

    def test_a_default_that_no_rule_takes_has_the_reader_s_names(self):
        """Only the rules that take the pack's default had looked up what it names."""
        pack = """pack a
  version "1"
  default queue desk
  default if unknown hand off to desk, within customer.patience and disclose NOTE at end
queue desk also 坐席
  say "A person is coming."
wording NOTE also 说明 en "Please note." zh "请注意。"
facts customer
  patience also 耐心 duration
"""
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place) / "packs"
            folder.mkdir()
            (folder / "pack.cav").write_text(pack, encoding="utf-8")
            before = digests(place, "packs")
            self.assertEqual(caveat("fmt", "--language", "zh", "packs", folder=place).returncode, 0)
            self.assertIn("转人工 至 坐席，客户.耐心 内 并 披露 说明 于 结尾", files(folder)["pack.cav"])
            self.assertEqual(digests(place, "packs"), before)

    def test_a_section_behind_an_article_is_read_again(self):
        """第3条 章节 was cut into 章 and 节, units of counting: what fmt printed in Chinese did not compile."""
        places = ["article 3", "article 3\n  paragraph 2", "article 3\n  item 4", "article \"18(8)\""]
        laws = "".join(f'source s{i} is standard "x" {at} section "4.2"\n' for i, at in enumerate(places))
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place) / "packs"
            folder.mkdir()
            (folder / "pack.cav").write_text('pack a\n  version "1"\n  default queue desk\n\nqueue desk\n' + laws, encoding="utf-8")
            before = digests(place, "packs")
            self.assertTrue(before)
            for language in ("en", "zh", "en"):
                self.assertEqual(caveat("fmt", "--language", language, "packs", folder=place).returncode, 0)
                self.assertEqual(digests(place, "packs"), before)

    def test_only_what_was_named_is_written(self):
        """`fmt FILE` wrote every file of the folder, and of the packs below it."""
        pack = 'pack {}\n  version    "1"\n  default queue desk\n\nqueue desk\n'
        with tempfile.TemporaryDirectory() as name:
            place = pathlib.Path(name)
            (place / "a" / "inner").mkdir(parents=True)
            (place / "a" / "pack.cav").write_text(pack.format("a"), encoding="utf-8")
            (place / "a" / "words.cav").write_text('lexicon   w is "x"\n', encoding="utf-8")
            (place / "a" / "inner" / "pack.cav").write_text(pack.format("inner"), encoding="utf-8")
            self.assertEqual(caveat("fmt", "a/words.cav", folder=place).stdout, "a/words.cav\n")
            self.assertEqual((place / "a" / "words.cav").read_text(encoding="utf-8"), 'lexicon w is\n  "x"\n')
            self.assertEqual((place / "a" / "pack.cav").read_text(encoding="utf-8"), pack.format("a"))
            self.assertEqual(caveat("fmt", "./a/inner/", folder=place).stdout, "a/inner/pack.cav\n")
            self.assertEqual((place / "a" / "pack.cav").read_text(encoding="utf-8"), pack.format("a"))

    def test_behind_a_link_the_file_itself_is_written(self):
        with tempfile.TemporaryDirectory() as name:
            place = pathlib.Path(name)
            (place / "a").mkdir()
            (place / "real.cav").write_text('pack   a\n  version "1"\n  default queue desk\n\nqueue desk\n', encoding="utf-8")
            (place / "a" / "pack.cav").symlink_to("../real.cav")
            self.assertEqual(caveat("fmt", "a", folder=place).returncode, 0)
            self.assertTrue((place / "a" / "pack.cav").is_symlink())
            self.assertTrue((place / "real.cav").read_text(encoding="utf-8").startswith("pack a\n"))

    def test_there_and_back_is_the_same_bytes_and_one_digest(self):
        tried = 0
        for name, copy in self.pack_folders():
            with self.subTest(folder=name):
                before = digests(copy.parent, "packs")
                self.assertTrue(before)
                self.assertEqual(caveat("fmt", "--language", "en", "packs", folder=copy.parent).returncode, 0)
                english = files(copy)
                self.assertEqual(digests(copy.parent, "packs"), before)
                self.assertEqual(caveat("fmt", "--language", "en", "packs", folder=copy.parent).stdout, "")
                self.assertEqual(caveat("fmt", "--language", "zh", "packs", folder=copy.parent).returncode, 0)
                chinese = files(copy)
                self.assertEqual(digests(copy.parent, "packs"), before)
                self.assertEqual(caveat("fmt", "--language", "zh", "packs", folder=copy.parent).stdout, "")
                self.assertEqual(caveat("fmt", "--language", "en", "packs", folder=copy.parent).returncode, 0)
                self.maxDiff = None
                self.assertEqual(files(copy), english)
                for path, text in english.items():
                    self.assertEqual(comments(chinese[path]), comments(text), path)
                tried += len(english)
        self.assertGreater(tried, 10)

    def test_a_comment_at_any_place_stays_and_twice_is_once(self):
        """One in the last member of a chain broke it into lines, and stood behind it then: the next print joined them again."""
        with tempfile.TemporaryDirectory() as place:
            folder, sources = pathlib.Path(place) / "packs", {}
            for at in places(COMMENTED):
                for comment in (" # why\n      ", "\n      # why\n      "):
                    name = f"n{len(sources)}"
                    sources[f"{name}/pack.cav"] = (COMMENTED[:at] + comment + COMMENTED[at:]).replace("NAME", name)
            for language in ("en", "zh"):
                for path, text in sources.items():
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    (folder / path).write_text(text, encoding="utf-8")
                # What cannot stand on two lines is no rule, and is left as it is.
                written = caveat("fmt", "--language", language, "packs", folder=place).stdout.split()
                self.assertGreater(len(written), 150)
                once = files(folder)
                caveat("fmt", "--language", language, "packs", folder=place)
                for path, text in files(folder).items():
                    self.assertEqual(text, once[path], sources[path])
                    self.assertEqual(text.count("# why"), 1, sources[path])

    def test_no_print_doubles_a_mark_that_another_pair_would_save(self):
        for name, copy in self.pack_folders():
            for language in ("en", "zh"):
                caveat("fmt", "--language", language, "packs", folder=copy.parent)
                for path, text in files(copy).items():
                    self.assertNotIn("””", text, f"{name}/{path}")
                    self.assertNotRegex(text, r'[^ ="]""[^ "]', f"{name}/{path}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
