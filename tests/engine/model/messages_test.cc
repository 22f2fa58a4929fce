// Every message about meaning, whole: each case of tests/conformance/messages/model is compiled, and what is printed is
// held against its .txt file (README.md there tells how a case is written).
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <set>

#include "engine/model/codes.h"
#include "engine/syntax/codes.h"
#include "tests/support/packs.h"

namespace fs = std::filesystem;
using namespace caveat;

namespace {

const fs::path kFolder = fs::path(CAVEAT_SOURCE_DIR) / "tests/conformance/messages/model";

// The files of one case: cut at its `=== name` lines, the preamble beside it where it declares no pack.
test::Texts files_of(const fs::path& path) {
  test::Texts texts;
  std::string name = path.filename().string(), text;
  std::istringstream lines(test::read_file(path));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("=== ", 0) == 0) {
      if (!text.empty()) texts.emplace_back(name, text);
      name = line.substr(4);
      text.clear();
      continue;
    }
    text += line + "\n";
  }
  texts.emplace_back(name, text);
  bool pack = false;
  for (const auto& [file, content] : texts) {
    pack = pack || content.rfind("pack ", 0) == 0 || content.rfind("规则包 ", 0) == 0 ||
           file.find('/') != std::string::npos;
  }
  if (!pack) {
    const bool zh = path.filename().string().find(".zh.") != std::string::npos;
    texts.insert(texts.begin(), {"pack.cav", test::read_file(kFolder / "preamble" / (zh ? "zh.cav" : "en.cav"))});
  }
  return texts;
}

std::vector<fs::path> cases() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".cav") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

Limits limits_of(const fs::path& path) {
  Limits limits;
  std::istringstream first(test::read_file(path));
  std::string line;
  std::getline(first, line);
  constexpr std::string_view kHead = "# limits ";
  if (line.rfind(kHead, 0) != 0) return limits;
  std::istringstream items(line.substr(kHead.size()));
  for (std::string item; items >> item;) {
    const std::string name = item.substr(0, item.find('='));
    const auto value = static_cast<std::size_t>(std::stoul(item.substr(item.find('=') + 1)));
    if (name == "names") limits.names = value;
    if (name == "rules") limits.rules = value;
    if (name == "lexicon_terms") limits.lexicon_terms = value;
    if (name == "define_nodes") limits.define_nodes = value;
  }
  return limits;
}

test::Checked compile(const fs::path& path) { return test::check_texts(files_of(path), limits_of(path)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(each_case_prints_what_its_file_says) {
  BOOST_REQUIRE(!cases().empty());
  for (const fs::path& path : cases()) {
    const std::string printed = compile(path).rendered();
    fs::path expected = path;
    expected.replace_extension(".txt");
    if (std::getenv("CAVEAT_UPDATE_MESSAGES") != nullptr) std::ofstream(expected, std::ios::binary) << printed;
    BOOST_TEST_CONTEXT(path.filename().string()) { BOOST_TEST(printed == test::read_file(expected)); }
  }
}

BOOST_AUTO_TEST_CASE(a_case_prints_the_same_whatever_the_order_of_its_files) {
  for (const fs::path& path : cases()) {
    test::Texts texts = files_of(path);
    std::reverse(texts.begin(), texts.end());
    const test::Checked turned = test::check_texts(texts, limits_of(path));
    // The list is sorted by source number, so the same messages come in another order of files.
    std::multiset<std::string> a, b;
    for (const Diagnostic& each : compile(path).diagnostics) a.insert(each.message);
    for (const Diagnostic& each : turned.diagnostics) b.insert(each.message);
    BOOST_TEST_CONTEXT(path.filename().string()) { BOOST_TEST(a == b, boost::test_tools::per_element()); }
  }
}

// Whoever takes what is offered for `is A or B` is done with it: nothing is wrong any more in what was written there.
BOOST_AUTO_TEST_CASE(what_is_offered_for_several_values_compiles) {
  std::size_t tried = 0;
  for (const fs::path& path : cases()) {
    const test::Texts texts = files_of(path);
    const test::Checked before = test::check_texts(texts, limits_of(path));
    for (const Diagnostic& each : before.diagnostics) {
      if (each.help.find("Of several values") == each.help.npos && each.help.find("多个值请写") == each.help.npos)
        continue;
      for (const Fix& fix : each.fixes) {
        const std::string& file = before.sources[fix.span.source].name();
        test::Texts mended = texts;
        for (auto& [name, text] : mended)
          if (name == file) text.replace(fix.span.begin, fix.span.end - fix.span.begin, fix.replacement);
        const test::Checked after = test::check_texts(mended, limits_of(path));
        BOOST_TEST(after.diagnostics.size() < before.diagnostics.size(), fix.replacement << "\n" << after.rendered());
        const auto end = fix.span.begin + static_cast<std::uint32_t>(fix.replacement.size());
        for (const Diagnostic& left : after.diagnostics) {
          const bool there =
              after.sources[left.span.source].name() == file && left.span.begin < end && left.span.end > fix.span.begin;
          BOOST_TEST(!there, fix.replacement << "\n" << after.rendered());
        }
        ++tried;
      }
    }
  }
  BOOST_TEST(tried >= 12u);
}

// Whoever takes one thing that is offered has one mistake less or, where it hid others, none there.
BOOST_AUTO_TEST_CASE(what_is_offered_mends_what_it_is_offered_for) {
  std::size_t tried = 0;
  for (const fs::path& path : cases()) {
    const test::Texts texts = files_of(path);
    const test::Checked before = test::check_texts(texts, limits_of(path));
    for (const Diagnostic& each : before.diagnostics) {
      for (const Fix& fix : each.fixes) {
        // `contains promisses`: of a lexicon it is `contains any of`, which is told next.
        if (fix.replacement == "promises" || fix.replacement == "承诺") continue;
        test::Texts mended = texts;
        for (auto& [name, text] : mended)
          if (name == before.sources[fix.span.source].name())
            text.replace(fix.span.begin, fix.span.end - fix.span.begin, fix.replacement);
        const test::Checked after = test::check_texts(mended, limits_of(path));
        const auto end = fix.span.begin + static_cast<std::uint32_t>(fix.replacement.size());
        const bool there = std::any_of(after.diagnostics.begin(), after.diagnostics.end(), [&](const Diagnostic& left) {
          return after.sources[left.span.source].name() == before.sources[fix.span.source].name() &&
                 left.span.begin < end && left.span.end > fix.span.begin;
        });
        BOOST_TEST((after.diagnostics.size() < before.diagnostics.size() || !there), render(each, before.sources)
                                                                                         << after.rendered());
        ++tried;
      }
    }
  }
  BOOST_TEST(tried >= 100u);
}

// One mistake a line of these cases, one message of it, one thing offered: whoever takes them all has rules that compile.
BOOST_AUTO_TEST_CASE(what_is_offered_for_one_mistake_is_one_thing_and_compiles) {
  for (const std::string name : {"offers.en.cav", "offers.zh.cav"}) {
    test::Texts texts = files_of(kFolder / name);
    const test::Checked before = test::check_texts(texts, Limits{});
    std::vector<Fix> fixes;
    std::set<std::string> lines;
    for (const Diagnostic& each : before.diagnostics) {
      BOOST_TEST_CONTEXT(each.message) {
        BOOST_TEST_REQUIRE(each.fixes.size() == 1u);
        const auto& bytes = before.sources[each.span.source].bytes();
        const std::size_t line = bytes.rfind('\n', each.span.begin);
        BOOST_TEST(lines.insert(std::string(bytes.substr(line + 1, bytes.find('\n', line + 1) - line - 1))).second);
        fixes.push_back(each.fixes.front());
      }
    }
    const auto& bytes = before.sources[before.diagnostics.front().span.source].bytes();
    std::size_t defines = 0;
    for (std::size_t at = bytes.find("\n定义 "); at != bytes.npos; at = bytes.find("\n定义 ", at + 1)) ++defines;
    for (std::size_t at = bytes.find("\ndefine "); at != bytes.npos; at = bytes.find("\ndefine ", at + 1)) ++defines;
    BOOST_TEST(fixes.size() == defines);
    std::sort(fixes.begin(), fixes.end(), [](const Fix& a, const Fix& b) { return a.span.begin > b.span.begin; });
    for (auto& [file, text] : texts) {
      if (file != name) continue;
      for (const Fix& fix : fixes) text.replace(fix.span.begin, fix.span.end - fix.span.begin, fix.replacement);
    }
    const test::Checked after = test::check_texts(texts, Limits{});
    BOOST_TEST(after.diagnostics.empty(), after.rendered());
  }
}

BOOST_AUTO_TEST_CASE(every_code_of_the_model_is_raised_in_both_languages) {
  std::set<std::pair<const Code*, Language>> raised;
  for (const fs::path& path : cases()) {
    for (const Diagnostic& each : compile(path).diagnostics) raised.insert({each.code, each.language});
  }
  for (const Code* code : model::codes::all()) {
    BOOST_TEST((raised.count({code, Language::en}) == 1), code->name << " is raised by no English case");
    BOOST_TEST((raised.count({code, Language::zh}) == 1), code->name << " is raised by no Chinese case");
  }
}

BOOST_AUTO_TEST_CASE(what_a_lost_declaration_would_have_declared_is_not_called_unknown) {
  const std::string uses =
      "pack b\n  version \"1\"\n  default queue desk\nuse a\nrule r\n  cites LAW\n  applies to answer\n"
      "  when customer.age is above 60 and answer contains any of words\n  then hand off to desk\n";
  const std::string declares =
      "queue desk\nsource LAW is \"Act\" article 1\nfacts customer\n  age also 年龄 integer\n"
      "lexicon words is \"x\"\n";
  const std::string pack = "pack a\n  version \"1\"\n  default queue desk\n";
  const auto mistakes = [&](std::string text, const std::string& from, const std::string& to) {
    BOOST_REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    const test::Checked checked = test::check_texts({{"a/pack.cav", text}, {"b/pack.cav", uses}});
    BOOST_TEST(!checked.result.model);
    for (const Diagnostic& each : checked.diagnostics) {
      BOOST_TEST(checked.sources[each.span.source].name() == "a/pack.cav", checked.rendered());
    }
    return checked.diagnostics.size();
  };
  BOOST_TEST(mistakes(pack + declares, "pack a", "pakc a") == 1u);  // the pack itself
  BOOST_TEST(mistakes(pack + declares, "queue desk\nsource", "queue , desk\nsource") == 1u);
  BOOST_TEST(mistakes(pack + declares, "age also 年龄 integer", "age 年龄 integer") == 1u);
  BOOST_TEST(mistakes(pack + declares, "  age also 年龄 integer", "  also 年龄 integer") == 1u);
  BOOST_TEST(mistakes(pack + declares, "lexicon words is", "lexicon words are") == 1u);
}

BOOST_AUTO_TEST_CASE(a_zone_that_is_listed_and_cannot_be_read_is_told_so_and_so_is_one_that_no_machine_has) {
  struct Broken final : model::ZoneBook {
    std::vector<std::string> names() const override { return {"Asia/Shanghai", "Europe/Berlin", "UTC"}; }
    std::optional<std::vector<model::Transition>> find(std::string_view name) const override {
      return model::fixed_zones().find(name);
    }
  };
  const auto help = [](const std::string& zone, const model::ZoneBook& zones) {
    const std::string pack = "pack a\n  version \"1\"\n  default queue desk\n  time zone \"" + zone + "\"\n";
    const auto checked = test::check_texts({{"pack.cav", pack + "queue desk\n"}}, {}, zones);
    return checked.diagnostics.empty() ? std::string() : checked.rendered();
  };
  BOOST_TEST(help("Europe/Berlin", Broken()).find("file on this machine cannot be read") != std::string::npos);
  BOOST_TEST(help("Europe/Berlni", Broken()).find("Did you mean “Europe/Berlin”?") != std::string::npos);
  BOOST_TEST(help("Mars/Base", Broken()).find("Zones are named as in") != std::string::npos);
  BOOST_TEST(help("Europe/Berlin", model::fixed_zones()).find("Install tzdata.") != std::string::npos);
  BOOST_TEST(help("UTC", Broken()).empty());
}

BOOST_AUTO_TEST_CASE(a_circle_of_queues_is_told_once_and_a_long_row_of_them_is_walked_once) {
  const std::string pack = "pack a\n  version \"1\"\n  default queue q0\n";
  const auto row = [&](std::size_t queues, const std::string& last) {
    std::string text = pack;
    for (std::size_t i = 0; i < queues; ++i) {
      const std::string next = i + 1 < queues ? "q" + std::to_string(i + 1) : last;
      text += "queue q" + std::to_string(i) + (next.empty() ? "\n" : "\n  overflow to " + next + "\n");
    }
    return test::check_texts({{"pack.cav", text}});
  };
  const auto circle = row(4, "q2");
  BOOST_TEST(circle.codes() == std::vector<std::string>{"overflow_cycle"}, boost::test_tools::per_element());
  BOOST_TEST(circle.rendered().find("q2 → q3 → q2.") != std::string::npos, circle.rendered());
  BOOST_TEST(row(10'000, "").codes().empty());
}

BOOST_AUTO_TEST_CASE(no_code_of_syntax_or_model_stands_twice) {
  std::set<std::string_view> names;
  for (const Code* code : model::codes::all()) {
    BOOST_TEST(names.insert(code->name).second, code->name);
    BOOST_TEST(!code->en.empty());
    BOOST_TEST(!code->zh.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
