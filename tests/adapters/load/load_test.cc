#include <sys/stat.h>

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "adapters/load/rule_files.h"
#include "adapters/load/ruleset.h"
#include "tests/adapters/load/folder.h"

using namespace caveat;
using namespace caveat::load_test;

namespace {

// "folder: file file | folder: file" with the temporary folder cut off.
std::string layout(const Folder& folder, const std::vector<std::string>& paths) {
  const Result<load::RuleFiles> read = load::read_rule_files(paths, Limits{});
  if (!read) return std::string(read.error().code->name);
  const auto cut = [&](const std::string& text) {
    return text.size() <= folder.path.string().size() ? "." : text.substr(folder.path.string().size() + 1);
  };
  std::string out;
  for (const load::PackFolder& pack : read->packs) {
    out += out.empty() ? "" : " | ";
    out += cut(pack.folder) + ":";
    for (const SourceId id : pack.files) out += " " + cut(read->sources[id].name());
  }
  for (const SourceId id : read->stray) out += " stray " + cut(read->sources[id].name());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_pack_owns_the_files_below_it_down_to_the_next_pack) {
  Folder folder;
  folder.write("a/pack.cav", "");
  folder.write("a/facts.cav", "");
  folder.write("a/deep/er/rules.cav", "");
  folder.write("a/inner/pack.cav", "");
  folder.write("a/inner/x.cav", "");
  folder.write("b/c/pack.cav", "");
  folder.write("b/c/words.txt", "");
  folder.write(".hidden/pack.cav", "");
  BOOST_TEST(
      layout(folder, {folder.path.string()}) ==
      "a: a/deep/er/rules.cav a/facts.cav a/pack.cav | a/inner: a/inner/pack.cav a/inner/x.cav | b/c: b/c/pack.cav");
}

BOOST_AUTO_TEST_CASE(a_path_inside_a_pack_stands_for_the_whole_pack_and_two_paths_count_once) {
  Folder folder;
  folder.write("a/pack.cav", "");
  folder.write("a/rules/x.cav", "");
  folder.write("a/rules/y.cav", "");
  const std::string whole = "a: a/pack.cav a/rules/x.cav a/rules/y.cav";
  BOOST_TEST(layout(folder, {folder / "a/rules"}) == whole);
  BOOST_TEST(layout(folder, {folder / "a/rules/x.cav"}) == whole);
  BOOST_TEST(layout(folder, {folder / "a", folder / "a/", folder / "a/rules"}) == whole);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named) {
  Folder folder;
  BOOST_TEST(layout(folder, {folder / "nowhere"}) == "file_missing");
  BOOST_TEST(layout(folder, {folder.path.string()}) == "no_packs");
  folder.write("notes.txt", "");
  BOOST_TEST(layout(folder, {folder / "notes.txt"}) == "no_packs");
  folder.write("loose/rule.cav", "");
  BOOST_TEST(layout(folder, {folder.path.string()}) == " stray loose/rule.cav");
  if (::geteuid() != 0) {
    folder.write("a/pack.cav", "");
    fs::permissions(folder.path / "a/pack.cav", fs::perms::none);
    BOOST_TEST(layout(folder, {folder / "a"}) == "file_unreadable");
  }
}

BOOST_AUTO_TEST_CASE(files_of_packs_are_compiled_anew_the_first_with_an_error_is_named_and_so_is_what_was_not_read) {
  Folder folder;
  folder.write("one/pack.cav", pack("t.one", "\nlexicon words\n  from file \"deep/./words.txt\"\n"));
  folder.write("one/deep/words.txt", "guaranteed\n");
  folder.write("two/pack.cav", pack("t.two"));
  folder.write("two/rules/x.cav", "\nlexicon more is \"a\"\n");
  const Result<load::Loaded> loaded = load::load_model({folder.path.string()}, Limits{});
  BOOST_REQUIRE(loaded);
  const std::vector<load::PackText> sound = load::pack_texts(*loaded);
  BOOST_REQUIRE_MESSAGE(sound.size() == 2u, codes(*loaded));
  const auto with = [&](std::size_t which, const std::string& path, const std::string& bytes) {
    std::vector<load::PackText> packs = sound;
    std::erase_if(packs[which].files, [&](const auto& file) { return file.first == path; });
    if (!bytes.empty()) packs[which].files.emplace_back(path, bytes);
    return load::compile_texts(packs, Limits{});
  };
  const load::CompiledTexts same = load::compile_texts(sound, Limits{}), more = with(0, "deep/README.txt", "No rules.");
  for (const load::CompiledTexts& compiled : {same, more, with(0, "deep/words.txt", "other\n")}) {
    BOOST_TEST(!compiled.mistake);
    BOOST_REQUIRE(compiled.digests.size() == 2u);
    BOOST_TEST((compiled.digests[1] == sound[1].digest));
  }
  BOOST_TEST((same.digests[0] == sound[0].digest));
  BOOST_TEST((more.digests[0] == sound[0].digest));
  BOOST_TEST((with(0, "deep/words.txt", "other\n").digests[0] != sound[0].digest));
  BOOST_TEST(same.unread.empty());
  BOOST_REQUIRE(more.unread.size() == 1u);
  BOOST_TEST(more.unread[0].pack == 0u);
  BOOST_TEST(more.unread[0].path == "deep/README.txt");
  const auto mistake = [&](std::size_t which, const std::string& path, const std::string& bytes) {
    const load::CompiledTexts compiled = with(which, path, bytes);
    BOOST_TEST(compiled.digests.empty());
    return compiled.mistake ? std::to_string(compiled.mistake->pack) + " " + compiled.mistake->path : "none";
  };
  BOOST_TEST(mistake(1, "rules/y.cav", "rule rule rule\n") == "1 rules/y.cav");
  BOOST_TEST(mistake(1, "rules/y.cav", "\nlexicon more is \"b\"\n") == "1 rules/y.cav");
  BOOST_TEST(mistake(0, "deep/words.txt", "") == "0 pack.cav");
}

// Left out in silence, the rules behind a link did not hold.
BOOST_AUTO_TEST_CASE(linked_folders_are_followed_and_each_place_counts_once) {
  Folder folder;
  folder.write("a/pack.cav", "");
  fs::create_directory_symlink(folder.path / "a", folder.path / "a/loop");
  BOOST_TEST(layout(folder, {folder / "a"}) == "a: a/pack.cav");
  folder.write("other/x.cav", "");
  folder.write("other/deep/y.cav", "");
  fs::create_directory_symlink(folder.path / "other", folder.path / "a/sub");
  BOOST_TEST(layout(folder, {folder / "a"}) == "a: a/pack.cav a/sub/deep/y.cav a/sub/x.cav");
  // What is there anyway is not read a second time by a link to it.
  folder.write("packs/v1/pack.cav", "");
  fs::create_directory_symlink(folder.path / "packs/v1", folder.path / "packs/current");
  fs::create_directory_symlink(folder.path / "packs", folder.path / "packs/v1/up");
  BOOST_TEST(layout(folder, {folder / "packs"}) == "packs/v1: packs/v1/pack.cav");
}

BOOST_AUTO_TEST_CASE(a_link_to_what_is_not_there_is_no_empty_folder) {
  Folder folder;
  folder.write("a/pack.cav", "");
  fs::create_directory_symlink(folder.path / "not-mounted", folder.path / "a/sub");
  BOOST_TEST(layout(folder, {folder / "a"}) == "file_missing");
}

BOOST_AUTO_TEST_CASE(a_rule_file_in_capitals_is_named) {
  Folder folder;
  folder.write("a/pack.cav", "");
  folder.write("a/Extra.CAV", "");
  BOOST_TEST(layout(folder, {folder / "a"}) == "file_name");
  BOOST_TEST(layout(folder, {folder / "a/Extra.CAV"}) == "file_name");
}

BOOST_AUTO_TEST_CASE(a_sound_pack_becomes_a_ruleset_and_its_place_changes_nothing) {
  Folder one, two;
  const std::string rule =
      "\nlexicon words\n  from file \"words.txt\"\n\nrule r\n  cites P\n  applies to answer\n  when answer contains "
      "any of words\n  then block\n    say en \"No.\"\n";
  for (Folder* folder : {&one, &two}) {
    folder->write(folder == &one ? "pack.cav" : "deep/below/pack.cav", pack("t.one"));
    folder->write(folder == &one ? "z.cav" : "deep/below/rules/a.cav", rule);
    folder->write(folder == &one ? "words.txt" : "deep/below/words.txt", "guaranteed\n");
  }
  const Result<load::Loaded> first = load::load_rules({one.path.string()}, Limits{}),
                             second = load::load_rules({two.path.string()}, Limits{});
  BOOST_REQUIRE(first);
  BOOST_REQUIRE(second);
  for (const Diagnostic& diagnostic : first->diagnostics) BOOST_TEST_MESSAGE(render(diagnostic, first->sources));
  BOOST_REQUIRE(first->rules);
  BOOST_REQUIRE(second->rules);
  BOOST_TEST(hex(first->rules->program->digest()) == hex(second->rules->program->digest()));
}

BOOST_AUTO_TEST_CASE(a_word_list_that_nothing_could_be_found_by_is_refused_with_its_line) {
  const auto told = [](const std::string& list, const Limits& limits = {}) {
    Folder folder;
    folder.write("p/pack.cav", pack("t.one", "\nlexicon words\n  from file \"words.txt\"\n"));
    folder.write("p/words.txt", list);
    const Result<load::Loaded> loaded = load::load_rules({folder.path.string()}, limits);
    BOOST_REQUIRE(loaded);
    std::string all;
    for (const Diagnostic& one : loaded->diagnostics)
      if (one.code->name == "lexicon_text") all += one.message;
    BOOST_TEST((loaded->rules == nullptr) == !all.empty());
    return all;
  };
  const std::string not_read = "The word list “words.txt” is not read: ";
  BOOST_TEST(told("# terms\r\nguaranteed\r\n保本\r\n") == "");
  BOOST_TEST(told("\xEF\xBB\xBFguaranteed\n") == "");
  BOOST_TEST(told("safe\n\xB1\xA3\xB1\xBE\n") == not_read + "line 2 is not UTF-8; save the file as UTF-8.");
  BOOST_TEST(told(std::string("a\0b", 3)) == not_read + "line 1 holds a zero byte.");
  BOOST_TEST(told("a\rb\rc") == not_read + "line 1 ends as old Macintoshes ended theirs; save the file anew.");
  // Taken for terms as they stand, these would never hit.
  const std::string quoted = "has quotation marks; a term stands without them.";
  for (const std::string list :
       {"\"保本\"", "“保本”", "「保本」", "保本\"", "'保本'", "‘保本’", "『保本』", "＂保本＂"})
    BOOST_TEST(told(list) == not_read + "line 1 " + quoted, list);
  const std::string several =
      ": each line is one term; a term with this sign in it stands in quotes behind `is` of the lexicon.";
  BOOST_TEST(told("# a, b\n保本,零风险\n") == not_read + "line 2 holds “,”" + several);
  BOOST_TEST(told("甲、乙") == not_read + "line 1 holds “、”" + several);
  BOOST_TEST(told("a\tb") == not_read + "line 1 holds a tab" + several);
  BOOST_TEST(told("保本 # note") ==
             not_read + "line 1 has a remark behind its term; a remark stands on a line of its own.");
  for (const std::string list : {"- 保本", "* 保本", "• 保本"})
    BOOST_TEST(told(list) == not_read + "line 1 begins with the mark of a list; a term stands alone on its line.",
               list);
  for (const std::string list : {"1. 保本", "12、保本", "3) 保本"})
    BOOST_TEST(told(list) == not_read + "line 1 begins with a number of a list; a term stands alone on its line.",
               list);
  BOOST_TEST(told("保本。") == not_read + "line 1 ends with a full stop; a term stands without it.");
  BOOST_TEST(told("30天\n-18\n3.5%\nS. A.\n") == "");
  BOOST_TEST(told("  # heading\n#heading\n年化 … %\nC# 保本\n") == "");
  Limits limits;
  limits.text_bytes = 40;
  BOOST_TEST(told(std::string(40, 'a'), limits) == "");
  BOOST_TEST(told("b\n" + std::string(41, 'a'), limits) == not_read + "line 2 has more than 40 bytes.");
  limits.text_bytes = 1 << 20;
  limits.source_bytes = 500;
  BOOST_TEST(told(std::string(501, 'a'), limits) == not_read + "more than 500 bytes.");
}

BOOST_AUTO_TEST_CASE(a_pipe_in_the_place_of_a_file_is_not_waited_for) {
  Folder folder;
  folder.write("p/pack.cav", pack("t.one", "\nlexicon words\n  from file \"words.txt\"\n"));
  BOOST_REQUIRE(::mkfifo((folder.path / "p/words.txt").c_str(), 0600) == 0);
  const Result<load::Loaded> loaded = load::load_rules({folder.path.string()}, Limits{});
  BOOST_REQUIRE(loaded);
  BOOST_TEST(codes(*loaded).find("lexicon_file") != std::string::npos, codes(*loaded));
}

BOOST_AUTO_TEST_CASE(a_lexicon_file_stays_inside_its_pack) {
  Folder folder;
  folder.write("pack.cav", pack("t.one",
                                "\nlexicon a\n  from file \"../secret.txt\"\n\nlexicon b\n  from file "
                                "\"/etc/passwd\"\n\nlexicon c\n  from file \"missing.txt\"\n"));
  const Result<load::Loaded> loaded = load::load_rules({folder.path.string()}, Limits{});
  BOOST_REQUIRE(loaded);
  BOOST_TEST(!loaded->rules);
  BOOST_TEST(codes(*loaded).find("lexicon_path lexicon_path lexicon_file") != std::string::npos, codes(*loaded));
}

BOOST_AUTO_TEST_CASE(rules_with_an_error_give_no_ruleset) {
  Folder folder;
  folder.write(
      "pack.cav",
      pack("t.one", "\nrule r\n  cites NOWHERE\n  applies to answer\n  when answer contains \"x\"\n  then block\n"));
  const Result<load::Loaded> loaded = load::load_rules({folder.path.string()}, Limits{});
  BOOST_REQUIRE(loaded);
  BOOST_TEST(!loaded->rules);
  BOOST_TEST(loaded->errors() > 0u);
}

BOOST_AUTO_TEST_CASE(a_print_is_read_again_and_held_against_what_was_written) {
  Folder folder;
  folder.write("a/pack.cav", pack("a"));
  folder.write("a/words.cav", "lexicon w is \"x\"\n");
  folder.write("b/pack.cav", pack("b"));
  const Result<load::Loaded> loaded = load::load_rules({folder.path.string()}, Limits{});
  BOOST_TEST_REQUIRE(loaded.has_value());
  BOOST_TEST_REQUIRE(loaded->model != nullptr, codes(*loaded));
  const SourceId pack_a = loaded->packs[0].files[0], words = loaded->packs[0].files[1],
                 pack_b = loaded->packs[1].files[0];
  const auto said = [&](const std::map<SourceId, std::string>& texts) {
    const load::Reread again = load::reread(*loaded, texts, Limits{});
    std::string out = "unreadable";
    for (const SourceId id : again.unreadable) out += " " + std::to_string(id);
    out += " changed";
    for (const SourceId id : again.changed) out += " " + std::to_string(id);
    return out;
  };
  const auto number = [](SourceId id) { return " " + std::to_string(id); };
  BOOST_TEST(said({}) == "unreadable changed");
  BOOST_TEST(said({{words, "词表 w 为 “x”\n"}, {pack_b, pack("b", "# more\n")}}) == "unreadable changed");
  BOOST_TEST(said({{words, "lexicon w is “\n"}, {pack_b, pack("b", "# more\n")}}) ==
             "unreadable" + number(words) + " changed");
  BOOST_TEST(said({{words, "lexicon w is \"y\"\n"}, {pack_b, pack("b", "# more\n")}}) ==
             "unreadable changed" + number(words));
  BOOST_TEST(said({{pack_a, pack("a", "# more\n")}, {words, "lexicon w is nothing\n"}}) ==
             "unreadable" + number(words) + " changed");
  BOOST_TEST(said({{pack_a, pack("a", "rule r cites nowhere\n")}}) != "unreadable changed");
}
