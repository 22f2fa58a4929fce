// The canonical form: one digest for one meaning, another for any other.
#include <boost/test/unit_test.hpp>
#include <random>

#include "engine/base/digest.h"
#include "engine/model/name_in.h"
#include "tests/support/packs.h"

namespace fs = std::filesystem;
using namespace caveat;

namespace {

const fs::path kCases = fs::path(CAVEAT_SOURCE_DIR) / "tests/conformance";

const char* const kPack = R"(pack t also 测试
  title en "T" zh "测"
  jurisdiction CN
  version "1"
  time zone "Asia/Shanghai"
  default queue desk
queue desk also 坐席
  due 60 seconds
source LAW also 某法 is "某办法" article 1 in force from 2020-01-01
scale risk also 等级表 is R1 = C1 < R2 = C2 < R3 = C3
facts customer also 客人
  age also 年龄 integer 0..150
  level also 等级 scale risk
facts account also 账户
  frozen also 冻结 yes/no
parameter old also 高龄 65, between 60 and 65, lower is stricter
define senior also 长者 as customer.age is at least old
lexicon words also 用语 is "保本", "稳赚" but not "不保本"
wording NOTE also 说明 en "You are {customer.age}." zh "您 {客户.年龄} 岁。"
)";
const char* const kRule = R"(rule r also 规 en "R" zh "规"
  cites LAW
  owner office
  applies to answer
  from 2026-01-01
  when senior and (customer.level is above R2 or account.frozen is yes) and answer contains any of words
  unless customer.age is 100
  then block and hand off to desk, priority high, within 5 minutes
    say zh "不行。" en "No."
    because "{customer.age} {match}"
  if unknown hand off to desk
)";
const char* const kExample = R"(example "one"
  given answer at 2026-03-01T10:00
    answer.text "保本", customer.age 70, customer.level R3
  expect handoff by r
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

struct Digests {
  std::string declarations, examples;
  bool operator==(const Digests&) const = default;
};

Digests digests(const test::Texts& texts) {
  const test::Checked checked = test::check_texts(texts);
  BOOST_REQUIRE_MESSAGE(checked.result.model, checked.rendered());
  const model::Pack& pack = checked.result.model->packs.front();
  return {hex(pack.digest), hex(pack.examples_digest)};
}

Digests digests(const std::string& pack, const std::string& rule, const std::string& example = kExample) {
  return digests({{"pack.cav", pack}, {"rules.cav", rule}, {"examples.cav", example}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(canonical)

BOOST_AUTO_TEST_CASE(how_it_is_written_and_where_changes_no_digest) {
  const Digests usual = digests(kPack, kRule);
  BOOST_TEST((usual == digests({{"pack.cav", std::string(kPack) + kRule + kExample}})), "one file or three");
  BOOST_TEST((usual == digests({{"z.cav", kRule}, {"a.cav", kExample}, {"pack.cav", kPack}})), "other file names");
  BOOST_TEST((usual == digests(std::string("# a remark\n") + kPack, kRule)), "comments");
  BOOST_TEST((usual == digests(kPack, with(kRule, "senior and (customer.level is above R2 or account.frozen is yes)",
                                           "(senior) and ((customer.level is above R2) or account.frozen is yes)"))),
             "brackets");
  BOOST_TEST((usual == digests(kPack, with(kRule, "senior and", "长者 and"))), "a define by its other name");
  BOOST_TEST((usual == digests(kPack, with(kRule, "customer.level is above R2", "客人.等级 is above C2"))),
             "facts and levels by their other names");
  BOOST_TEST((usual == digests(kPack, with(kRule, "customer.level is above R2", "customer.level > R2"))), "signs");
  BOOST_TEST((usual == digests(kPack, with(kRule, "{customer.age}", "{客户.年龄}"))), "names in texts");
  BOOST_TEST((usual == digests(kPack, with(kRule, "hand off to desk, priority", "hand off to 坐席, priority"))),
             "queues");
  BOOST_TEST((usual == digests(kPack, with(kRule, "5 minutes", "300 seconds"))), "units of time");
  BOOST_TEST((usual == digests(with(kPack, "\"保本\", \"稳赚\"", "\"稳赚\", \"保本\", \"稳赚\""), kRule)),
             "order of terms");
  BOOST_TEST((usual == digests(with(with(kPack, "  level also 等级 scale risk\n", ""), "parameter old",
                                    "facts 客人\n  level also 等级 scale risk\nparameter old"),
                               kRule)),
             "a group opened again");
  BOOST_TEST((usual == digests(with(kPack, "zh \"您 {客户.年龄} 岁。\"", "zh \"您 {customer.age} 岁。\""), kRule)),
             "names in wordings");
}

BOOST_AUTO_TEST_CASE(any_change_of_meaning_turns_the_digest) {
  const Digests usual = digests(kPack, kRule);
  const std::vector<std::pair<std::string, std::string>> of_pack = {
      {"version \"1\"", "version \"2\""},
      {"title en \"T\"", "title en \"U\""},
      {"jurisdiction CN", "jurisdiction EU"},
      {"due 60 seconds", "due 61 seconds"},
      {"article 1", "article 2"},
      {"from 2020-01-01", "from 2020-01-02"},
      {"R1 = C1 < R2 = C2", "R1 < C1 < R2 = C2"},
      {"integer 0..150", "integer 0..151"},
      {"also 年龄", "also 岁数"},
      {"between 60 and 65", "between 59 and 65"},
      {"is at least old", "is above old"},
      {"\"稳赚\"", "\"稳赚吧\""},
      {"but not \"不保本\"", "but not \"不是保本\""},
      {"en \"You are", "en \"You were"},
      {"frozen also 冻结 yes/no", "frozen also 冻结 yes/no, data class C2"},
      {"lower is stricter", "higher is stricter"}};
  for (const auto& [from, to] : of_pack) {
    std::string rule = kRule, pack = with(kPack, from, to), example = kExample;
    if (from == "also 年龄") pack = with(pack, "{客户.年龄}", "{customer.age}");
    BOOST_TEST((usual.declarations != digests(pack, rule, example).declarations), from);
  }
  const std::vector<std::pair<std::string, std::string>> of_rule = {
      {"rule r", "rule r2"},
      {"also 规", "also 规则一"},
      {"owner office", "owner desk"},
      {"from 2026-01-01", "from 2026-01-02"},
      {"senior and (", "senior or ("},
      {"above R2", "at least R2"},
      {"is yes", "is no"},
      {"any of words", "all of words"},
      {"unless customer.age is 100", "unless customer.age is 101"},
      {"block and hand off", "flag x and hand off"},
      {"priority high", "priority low"},
      {"5 minutes", "6 minutes"},
      {"zh \"不行。\"", "zh \"不可以。\""},
      {"{match}", "{customer.level}"},
      {"if unknown hand off to desk", "if unknown pass"},
      {"applies to answer", "applies to answer, message"}};
  for (const auto& [from, to] : of_rule) {
    std::string rule = with(kRule, from, to);
    if (from == "senior and (") rule = with(with(rule, "senior or (", "(senior or ("), "is yes)", "is yes))");
    BOOST_TEST((usual.declarations !=
                digests(kPack, rule, from == "rule r" ? with(kExample, "by r", "by r2") : kExample).declarations),
               from);
  }
  const auto asks = [](const std::string& what) { return digests(kPack, with(kRule, "account.frozen is yes", what)); };
  BOOST_TEST((asks("account.frozen is unknown") != asks("not (account.frozen is known)")), "of an absent part");
}

BOOST_AUTO_TEST_CASE(examples_have_a_digest_of_their_own) {
  const Digests usual = digests(kPack, kRule),
                other = digests(kPack, kRule, with(kExample, "customer.age 70", "customer.age 71"));
  BOOST_TEST(usual.declarations == other.declarations);
  BOOST_TEST(usual.examples != other.examples);
  BOOST_TEST(usual.examples == digests(kPack, kRule, with(kExample, "customer.level R3", "客户.等级 C3")).examples);
}

BOOST_AUTO_TEST_CASE(the_order_of_declarations_and_files_changes_nothing) {
  const test::Texts rules = test::read_folder(std::string(CAVEAT_SOURCE_DIR) + "/rules");
  const test::Checked usual = test::check_texts(rules);
  BOOST_REQUIRE(usual.result.model);
  // The declarations of each file in another order: cut at the lines that begin at the margin.
  std::mt19937 random(20261125);
  for (int round = 0; round < 20; ++round) {
    test::Texts shuffled;
    for (const auto& [path, text] : rules) {
      std::vector<std::string> declarations;
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) {
        const bool begins = !line.empty() && line[0] != ' ' && line[0] != '#';
        if (begins || declarations.empty()) declarations.emplace_back();
        declarations.back() += line + "\n";
      }
      std::shuffle(declarations.begin(), declarations.end(), random);
      std::string joined;
      for (const std::string& each : declarations) joined += each;
      shuffled.emplace_back(path, joined);
    }
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const test::Checked other = test::check_texts(shuffled);
    BOOST_REQUIRE_MESSAGE(other.result.model, other.rendered());
    BOOST_REQUIRE(other.result.model->packs.size() == usual.result.model->packs.size());
    for (std::size_t i = 0; i < usual.result.canonical.size(); ++i) {
      BOOST_TEST((other.result.canonical[i].declarations == usual.result.canonical[i].declarations));
      BOOST_TEST((other.result.canonical[i].examples == usual.result.canonical[i].examples));
    }
    for (std::size_t i = 0; i < usual.result.model->rules.size(); ++i) {
      BOOST_TEST(other.result.model->rules[i].id == usual.result.model->rules[i].id);
    }
  }
}

BOOST_AUTO_TEST_CASE(either_phrasing_of_a_conformance_case_has_one_digest) {
  std::size_t pairs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kCases)) {
    const std::string name = entry.path().filename().string();
    const std::string folder = entry.path().parent_path().filename().string();
    if (name.size() < 8 || name.substr(name.size() - 7) != ".en.cav" || folder == "parse" || folder == "model" ||
        folder == "syntax" || folder == "conformance") {
      continue;
    }
    fs::path twin = entry.path();
    twin.replace_filename(name.substr(0, name.size() - 7) + ".zh.cav");
    if (!fs::exists(twin)) continue;
    const test::Checked en = test::check_texts(
        {{"pack.cav", test::read_file(kCases / "preamble.en.cav")}, {"case.cav", test::read_file(entry.path())}});
    const test::Checked zh = test::check_texts(
        {{"pack.cav", test::read_file(kCases / "preamble.zh.cav")}, {"case.cav", test::read_file(twin)}});
    BOOST_TEST_CONTEXT(entry.path().string()) {
      BOOST_TEST(bool(en.result.model) == bool(zh.result.model));
      if (!en.result.model || !zh.result.model) continue;
      BOOST_TEST((en.result.canonical[0].declarations == zh.result.canonical[0].declarations));
      ++pairs;
    }
  }
  BOOST_TEST(pairs >= 10u);
}

BOOST_AUTO_TEST_CASE(every_reference_is_printed_in_the_readers_language) {
  const test::Checked checked = test::check_texts({{"pack.cav", kPack}, {"rules.cav", kRule}});
  BOOST_REQUIRE(checked.result.model);
  const syntax::NameIn name_in = model::name_in(*checked.result.references);
  for (const syntax::ParseResult& parsed : checked.parsed) {
    for (const syntax::Decl& decl : parsed.file.declarations) {
      const auto* rule = std::get_if<syntax::RuleDecl>(&decl.body);
      if (rule == nullptr) continue;
      BOOST_TEST(name_in(rule->cites[0], Language::zh)[0] == "某法");
      BOOST_TEST(name_in(rule->cites[0], Language::en)[0] == "LAW");
      const syntax::Expr& level = *rule->when->args[1]->args[0];
      const std::vector<std::string> path = name_in(level.args[0]->path, Language::zh);
      BOOST_TEST(path[0] == "客户");
      BOOST_TEST(path[1] == "等级");
      BOOST_TEST(name_in(level.args[1]->path, Language::zh)[0] == "R2");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_reference_set_goes_by_any_of_its_names_and_counts_with_its_key_and_its_day) {
  const std::string pack = std::string(kPack) +
                           "data branches also 网点表 keyed by customer.branch, review by 2026-12-31\n"
                           "facts customer\n  branch also 网点 text\n  desk text, from branches\n";
  const Digests usual = digests(pack, kRule);
  BOOST_TEST((digests(with(pack, "text, from branches", "text, from 网点表"), kRule) == usual));
  BOOST_TEST((digests(with(pack, "keyed by customer.branch", "keyed by 客人.网点"), kRule) == usual));
  BOOST_TEST(!(digests(with(pack, "2026-12-31", "2027-12-31"), kRule) == usual));
  BOOST_TEST(!(digests(with(pack, ", review by 2026-12-31", ""), kRule) == usual));
  BOOST_TEST(!(digests(with(pack, "keyed by customer.branch", "keyed by customer.age"), kRule) == usual));
  BOOST_TEST(!(digests(with(pack, "text, from branches", "text"), kRule) == usual));

  // The names by which answers know its products are a set; without them a declaration is what it was before there were any.
  const std::string shelf = std::string(kPack) +
                            "data shelf keyed by product.id, named by product.label, product.short\n"
                            "facts product from shelf\n  label also 名 text\n  short text\n";
  const Digests of_names = digests(shelf, kRule);
  BOOST_TEST((digests(with(shelf, "product.label, product.short", "product.short, product.名, product.label"), kRule) ==
              of_names));
  BOOST_TEST(!(digests(with(shelf, "product.label, product.short", "product.label"), kRule) == of_names));
  BOOST_TEST(!(digests(with(shelf, ", named by product.label, product.short", ""), kRule) == of_names));

  // Whoever reads it in Chinese finds the set by its Chinese name where a fact comes from it, too.
  const test::Checked checked = test::check_texts({{"pack.cav", pack}});
  BOOST_REQUIRE(checked.result.model);
  const syntax::NameIn name_in = model::name_in(*checked.result.references);
  std::size_t named = 0;
  for (const syntax::Decl& decl : checked.parsed[0].file.declarations) {
    const auto* facts = std::get_if<syntax::FactsDecl>(&decl.body);
    if (facts == nullptr) continue;
    for (const syntax::FactDecl& fact : facts->members) {
      if (!fact.from) continue;
      syntax::Path path;
      path.parts = {*fact.from};
      path.span = fact.from->span;
      BOOST_TEST(name_in(path, Language::zh)[0] == "网点表");
      BOOST_TEST(name_in(path, Language::en)[0] == "branches");
      ++named;
    }
  }
  BOOST_TEST(named == 1u);
}

// The reader's name of a lexicon, a define or a parameter may be that of another used pack's, too: then it is printed as it was written.
BOOST_AUTO_TEST_CASE(what_is_printed_means_what_was_written_where_the_readers_name_would_be_ambiguous) {
  const std::string heading = "  time zone \"Asia/Shanghai\"\n  default queue desk\n";
  const test::Texts texts = {
      {"a/pack.cav", "pack a\n" + heading +
                         "queue desk\nlexicon words also 词语 is \"保本\"\nparameter limit also 上限 1\n"
                         "define old also 老年 as customer.age is above 1\nfacts customer\n  age integer\n"},
      {"c/pack.cav",
       "pack c\n  default queue counter\nqueue counter\nlexicon words is \"收益\"\nparameter limit 2\n"
       "define old as customer.age is above 2\nfacts customer\n  age integer\n"},
      {"b/pack.cav", "pack b\n" + heading +
                         "use a\nuse c\n"
                         "source law is \"x\" article 1\nrule r cites law applies to answer\n"
                         "  when answer contains any of 词语 and (customer.age is above 上限 or 老年)\n"
                         "  then hand off to desk\n"}};
  const test::Checked written = test::check_texts(texts);
  BOOST_TEST_REQUIRE(written.result.model != nullptr, written.rendered());
  for (const Language language : {Language::en, Language::zh}) {
    test::Texts printed = texts;
    for (std::size_t i = 0; i < texts.size(); ++i)
      printed[i].second =
          syntax::format(written.parsed[i].file, texts[i].second, language, model::name_in(*written.result.references));
    const test::Checked read = test::check_texts(printed);
    BOOST_TEST_REQUIRE(read.result.model != nullptr, read.rendered());
    for (std::size_t pack = 0; pack < 3; ++pack)
      BOOST_TEST(read.result.canonical[pack].declarations == written.result.canonical[pack].declarations,
                 printed[2].second);
  }
}

BOOST_AUTO_TEST_SUITE_END()
