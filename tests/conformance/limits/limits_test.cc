// Every cap of engine/base/limits.h: at the edge it holds, one beyond it is a diagnostic, a problem, or a hand-off with cause
// `limit`. The last case reads the struct itself: a cap that no case here is named after fails.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <regex>
#include <set>

#include "adapters/load/data_sets.h"
#include "adapters/wire/turn.h"
#include "engine/decide/decide.h"
#include "engine/model/codes.h"
#include "engine/program/build.h"
#include "engine/program/codes.h"
#include "engine/syntax/codes.h"
#include "tests/support/packs.h"

using namespace caveat;

namespace {

std::set<std::string>& tried() {
  static std::set<std::string> names;
  return names;
}
struct Tried {
  explicit Tried(const char* name) { tried().insert(name); }
};

// A case that is named after the member of Limits that it tries.
#define CAP(MEMBER)                       \
  const Tried MEMBER##_is_tried{#MEMBER}; \
  BOOST_AUTO_TEST_CASE(MEMBER)

const std::string kPack = R"(pack t
  version "1"
  default queue desk
queue desk
source LAW is "Act" article 1
facts customer
  age integer 0..150
  vip yes/no
  tags list of text
  note text
)";

std::string rule(const std::string& name, const std::string& when, const std::string& then = "hand off to desk") {
  return "rule " + name + "\n  cites LAW\n  applies to answer\n  when " + when + "\n  then " + then + "\n";
}

// The codes of everything that is said of kPack with `text` behind it.
std::vector<std::string> said(const std::string& text, const Limits& limits) {
  return test::check_texts({{"pack.cav", kPack + text}}, limits).codes();
}

bool holds(const std::string& text, const Limits& limits) {
  const test::Checked checked = test::check_texts({{"pack.cav", kPack + text}}, limits);
  for (const Diagnostic& diagnostic : checked.diagnostics) {
    BOOST_TEST(diagnostic.code->name == model::codes::kTooMany.name, checked.rendered());
  }
  return checked.result.model != nullptr;
}

using Codes = std::vector<std::string>;

std::shared_ptr<const program::Program> built(const std::string& text, const Limits& limits = {}) {
  const test::Checked checked = test::check_texts({{"pack.cav", kPack + text}});
  BOOST_REQUIRE_MESSAGE(checked.result.model, checked.rendered());
  program::BuildResult result = program::build(*checked.result.model, limits);
  return result.program;
}

std::string refusal(const std::string& turn, const Limits& limits) {
  decide::Fields fields;
  if (const Result<void> parsed = wire::parse_turn(turn, fields, limits); !parsed)
    return std::string(parsed.error().code->name);
  static const auto program =
      built(rule("r", "customer.vip is yes and customer.tags is empty and customer.note is \"x\""));
  decide::BindOptions options;
  options.limits = limits;
  const Result<decide::Request> request = decide::bind(*program, fields, options);
  return request ? std::string() : std::string(request.error().code->name);
}

struct Decided {
  decide::Verdict verdict = decide::Verdict::allow;
  decide::Cause cause = decide::Cause::none;
};

Decided decided(const std::string& text, const std::string& answer, const Limits& limits) {
  decide::Ruleset ruleset;
  ruleset.program = built(text);
  BOOST_REQUIRE(ruleset.program != nullptr);
  decide::Fields fields;
  BOOST_REQUIRE(wire::parse_turn(R"({"id":"t","at":"2026-03-01T10:00:00Z","answer":{"text":")" + answer +
                                     R"("},"customer":{"age":40,"vip":true}})",
                                 fields, Limits{}));
  const Result<decide::Request> request = decide::bind(*ruleset.program, fields, {});
  BOOST_REQUIRE(request);
  decide::Scratch scratch(limits);
  const decide::Decision& decision = decide::decide(ruleset, *request, {}, scratch);
  return {decision.verdict, decision.has_handoff ? decision.handoff.cause : decide::Cause::none};
}

std::string repeated(const std::string& piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(caps)

// ---- rule text

CAP(source_bytes) {
  Limits limits;
  limits.source_bytes = kPack.size() + 10;
  BOOST_TEST(said("# 3456789\n", limits).empty());
  BOOST_TEST(said("# 34567890\n", limits).front() == "file_too_long");
}

CAP(nesting) {
  Limits limits;
  limits.nesting = 3;
  const auto nested = [](std::size_t depth) {
    return rule("a", repeated("(", depth) + "customer.vip is yes" + repeated(")", depth));
  };
  BOOST_TEST(said(nested(3), limits).empty());
  BOOST_TEST(said(nested(4), limits) == Codes{"nesting_too_deep"}, boost::test_tools::per_element());
}

CAP(chain_terms) {
  Limits limits;
  limits.chain_terms = 4;  // the group of facts has as many members
  const auto chain = [](std::size_t members) {
    return rule("a", "customer.vip is yes" + repeated(" and customer.vip is yes", members - 1));
  };
  BOOST_TEST(said(chain(4), limits).empty());
  BOOST_TEST(said(chain(5), limits) == Codes{"chain_too_long"}, boost::test_tools::per_element());
}

CAP(name_bytes) {
  Limits limits;
  limits.name_bytes = 12;
  BOOST_TEST(said("wording " + std::string(12, 'a') + " \"x\"\n", limits).empty());
  BOOST_TEST(said("wording " + std::string(13, 'a') + " \"x\"\n", limits) == Codes{"name_too_long"},
             boost::test_tools::per_element());
}

CAP(text_bytes) {
  Limits limits;
  limits.text_bytes = 12;
  BOOST_TEST(said("wording a \"" + std::string(12, 'x') + "\"\n", limits).empty());
  BOOST_TEST(said("wording a \"" + std::string(13, 'x') + "\"\n", limits) == Codes{"text_too_long"},
             boost::test_tools::per_element());
}

CAP(rules) {
  Limits limits;
  limits.rules = 2;
  const std::string two = rule("a", "customer.vip is yes") + rule("b", "customer.vip is yes");
  BOOST_TEST(holds(two, limits));
  BOOST_TEST(!holds(two + rule("c", "customer.vip is yes"), limits));
}

CAP(names) {
  Limits limits;
  limits.names = 9;  // pack, queue, source, customer and its four facts, one rule
  BOOST_TEST(holds(rule("a", "customer.vip is yes"), limits));
  BOOST_TEST(!holds(rule("a", "customer.vip is yes") + rule("b", "customer.vip is yes"), limits));
}

CAP(lexicon_terms) {
  Limits limits;
  limits.lexicon_terms = 4;
  BOOST_TEST(holds("lexicon a is \"x\", \"y\"\nlexicon b is \"x\" but not \"xx\"\n", limits));
  BOOST_TEST(!holds("lexicon a is \"x\", \"y\"\nlexicon b is \"x\", \"z\" but not \"xx\"\n", limits));
}

CAP(define_nodes) {
  // d0 has 3 parts (a comparison of two values), each further define 1 + 2 times the one before.
  std::string defines = "define d0 as customer.age is above 60\n";
  std::uint64_t size = 3;
  for (int i = 1; i <= 10; ++i) {
    defines +=
        "define d" + std::to_string(i) + " as d" + std::to_string(i - 1) + " or d" + std::to_string(i - 1) + "\n";
    size = 2 * size + 1;
  }
  Limits limits;
  limits.define_nodes = size;
  BOOST_TEST(holds(defines + rule("a", "d10"), limits));
  limits.define_nodes = size - 1;
  BOOST_TEST(!holds(defines + rule("a", "d10"), limits));
}

CAP(condition_nodes) {
  // Each comparison is one node, and so is what joins them; the text says how many there are.
  const std::string three = rule("a", "customer.age is above 60 or customer.vip is yes or customer.age is 3");
  const test::Checked checked = test::check_texts({{"pack.cav", kPack + three}});
  BOOST_REQUIRE_MESSAGE(checked.result.model, checked.rendered());
  Limits limits;
  std::size_t least = 1;
  for (limits.condition_nodes = least; program::build(*checked.result.model, limits).program == nullptr;)
    limits.condition_nodes = ++least;
  BOOST_TEST(least > 2u);
  BOOST_TEST(least < 12u);
  limits.condition_nodes = least - 1;
  const program::BuildResult beyond = program::build(*checked.result.model, limits);
  BOOST_REQUIRE_EQUAL(beyond.diagnostics.size(), 1u);
  BOOST_TEST(beyond.diagnostics[0].code == &program::codes::kConditionTooLong);
  BOOST_TEST(beyond.diagnostics[0].message.find(std::to_string(least)) != std::string::npos);
}

// Each of them was written out before it was refused: a megabyte of rules took gigabytes.
BOOST_AUTO_TEST_CASE(a_condition_that_is_far_too_long_is_refused_before_its_defines_are_written_out) {
  std::string text = kPack + "define d0 as customer.age is 0";
  for (int i = 1; i < 100; ++i) text += " or customer.age is " + std::to_string(i);
  text += "\ndefine d1 as d0";
  for (int i = 1; i < 100; ++i) text += " or d0";
  text += "\n";
  constexpr std::size_t kRules = 3'000;
  for (std::size_t i = 0; i < kRules; ++i) text += rule("r" + std::to_string(i), "d1");
  const test::Checked checked = test::check_texts({{"pack.cav", text}});
  BOOST_REQUIRE_MESSAGE(checked.result.model, checked.rendered());
  const program::BuildResult built = program::build(*checked.result.model, Limits{});
  BOOST_TEST(!built.program);
  BOOST_REQUIRE(!built.diagnostics.empty());
  for (const Diagnostic& each : built.diagnostics) {
    BOOST_REQUIRE(each.code == &program::codes::kConditionTooLong);
    BOOST_REQUIRE(each.message.find("at least 10033 parts") != std::string::npos);
  }
}

CAP(program_bytes) {
  const test::Checked checked = test::check_texts({{"pack.cav", kPack + rule("a", "customer.vip is yes")}});
  BOOST_REQUIRE_MESSAGE(checked.result.model, checked.rendered());
  Limits limits;
  limits.program_bytes = 0;
  const program::BuildResult none = program::build(*checked.result.model, limits);
  BOOST_REQUIRE_EQUAL(none.diagnostics.size(), 1u);
  BOOST_TEST(none.diagnostics[0].code == &program::codes::kProgramTooLarge);
  std::smatch size;
  BOOST_REQUIRE(std::regex_search(none.diagnostics[0].message, size, std::regex("[0-9]+")));
  limits.program_bytes = std::stoul(size[0]);
  BOOST_TEST(program::build(*checked.result.model, limits).program != nullptr);
  --limits.program_bytes;
  BOOST_TEST(program::build(*checked.result.model, limits).program == nullptr);
}

// The codes of what is said of a reference set.
Codes said_of_set(const std::string& csv, const Limits& limits) {
  const test::Checked checked =
      test::check_texts({{"pack.cav", kPack +
                                          "data branches keyed by customer.note\nfacts customer from branches\n  "
                                          "desk text\n" +
                                          rule("a", "customer.desk is \"x\"")}});
  BOOST_REQUIRE_MESSAGE(checked.result.model, checked.rendered());
  const program::BuildResult built = program::build(*checked.result.model, Limits{});
  BOOST_REQUIRE(built.program);
  std::vector<Diagnostic> diagnostics;
  const Sources sources = {Source("branches.data.csv", csv)};
  load::read_data(sources, {0}, *checked.result.model, *built.program, limits, diagnostics);
  Codes out;
  for (const Diagnostic& one : diagnostics) out.emplace_back(one.code->name);
  return out;
}

CAP(data_rows) {
  Limits limits;
  limits.data_rows = 2;
  BOOST_TEST(said_of_set("note,desk\na,1\nb,2\n", limits) == Codes{}, boost::test_tools::per_element());
  BOOST_TEST(said_of_set("note,desk\na,1\nb,2\nc,3\n", limits) == Codes{"bad_data"}, boost::test_tools::per_element());
}

CAP(data_bytes) {
  Limits limits;
  const std::string csv = "note,desk\na,1\n";
  limits.data_bytes = csv.size();
  BOOST_TEST(said_of_set(csv, limits) == Codes{}, boost::test_tools::per_element());
  BOOST_TEST(said_of_set(csv + "\n", limits) == Codes{"bad_data"}, boost::test_tools::per_element());
}

CAP(diagnostics) {
  // Shown by `caveat check`; the rest is counted (tests/conformance/messages/cli_too_many.txt has the edge and one beyond).
  BOOST_TEST(said(repeated("wording a\n", 1'200), Limits{}).size() == 1'200u);
  BOOST_TEST(Limits{}.diagnostics == 1'000u);
}

// ---- requests

CAP(request_bytes) {
  Limits limits;
  const std::string turn = R"({"id":"t","answer":{"text":"x"}})";
  limits.request_bytes = turn.size();
  BOOST_TEST(refusal(turn, limits) == "");
  BOOST_TEST(refusal(turn + " ", limits) == "too_large");
}

CAP(request_depth) {
  Limits limits;
  limits.request_depth = 3;
  BOOST_TEST(refusal(R"({"id":"t","answer":{"text":"x"},"customer":{"tags":["a"]}})", limits) == "");
  limits.request_depth = 2;
  BOOST_TEST(refusal(R"({"id":"t","answer":{"text":"x"},"customer":{"tags":["a"]}})", limits) == "too_large");
}

CAP(list_elements) {
  Limits limits;
  limits.list_elements = 2;
  BOOST_TEST(refusal(R"({"id":"t","answer":{"text":"x"},"customer":{"tags":["a","b"]}})", limits) == "");
  BOOST_TEST(refusal(R"({"id":"t","answer":{"text":"x"},"customer":{"tags":["a","b","c"]}})", limits) == "too_large");
}

CAP(id_characters) {
  const auto turn = [](std::size_t count, std::string_view character = "i") {
    std::string id;
    while (count-- > 0) id += character;
    return R"({"id":")" + id + R"(","answer":{"text":"x"}})";
  };
  BOOST_TEST(refusal(turn(128), Limits{}) == "");
  BOOST_TEST(refusal(turn(129), Limits{}) == "bad_id");
  BOOST_TEST(refusal(turn(128, "号"), Limits{}) == "");  // as the schema counts: characters
  BOOST_TEST(refusal(turn(129, "号"), Limits{}) == "bad_id");
  Limits limits;
  limits.id_characters = 4;
  BOOST_TEST(refusal(turn(4), limits) == "");
  BOOST_TEST(refusal(turn(5), limits) == "bad_id");
}

CAP(fact_text_bytes) {
  Limits limits;
  limits.fact_text_bytes = 8;
  const auto turn = [](std::size_t bytes) {
    return R"({"id":"t","answer":{"text":"x"},"customer":{"note":")" + std::string(bytes, 'n') + R"("}})";
  };
  BOOST_TEST(refusal(turn(8), limits) == "");
  BOOST_TEST(refusal(turn(9), limits) == "too_many");
}

// ---- one decision

CAP(hits) {
  const std::string text =
      "lexicon words is \"bad\"\n" + rule("a", "answer contains any of words", "block\n    say \"no\"");
  Limits limits;
  limits.hits = 2;
  BOOST_TEST((decided(text, "bad bad", limits).verdict == decide::Verdict::block));
  BOOST_TEST((decided(text, "bad bad bad", limits).verdict == decide::Verdict::handoff));
}

namespace {
decide::Verdict marked_verdict(std::string_view format, const std::string& answer, const Limits& limits) {
  decide::Ruleset ruleset;
  ruleset.program = built(rule("a", "answer contains \"bad\"", "flag seen"));
  BOOST_REQUIRE(ruleset.program != nullptr);
  decide::Fields fields;
  const std::string turn =
      R"({"id":"t","answer":{"format":")" + std::string(format) + R"(","text":")" + answer + R"("}})";
  BOOST_REQUIRE(wire::parse_turn(turn, fields, Limits{}));
  const Result<decide::Request> request = decide::bind(*ruleset.program, fields, {});
  BOOST_REQUIRE(request);
  decide::Scratch scratch(limits);
  const decide::Decision& decision = decide::decide(ruleset, *request, {}, scratch);
  BOOST_TEST((decision.verdict == decide::Verdict::allow || decision.handoff.cause == decide::Cause::limit));
  return decision.verdict;
}
}  // namespace

CAP(markup_bytes) {
  Limits limits;
  limits.markup_bytes = 8;
  for (const char* format : {"markdown", "html"}) {
    BOOST_TEST((marked_verdict(format, "**good**", limits) == decide::Verdict::allow));
    BOOST_TEST((marked_verdict(format, "**goods**", limits) == decide::Verdict::handoff));
  }
  BOOST_TEST((marked_verdict("plain", "**goods**", limits) == decide::Verdict::allow));
}

CAP(markup_tags) {
  Limits limits;
  limits.markup_tags = 2;
  BOOST_TEST((marked_verdict("html", "<b>good</b>", limits) == decide::Verdict::allow));
  BOOST_TEST((marked_verdict("html", "<b>good</b><i>", limits) == decide::Verdict::handoff));
  BOOST_TEST((marked_verdict("markdown", "<p><b>good</b><i>", limits) == decide::Verdict::handoff));
}

CAP(pairs) {
  const std::string text =
      "facts product\n  term integer\nrule a\n  cites LAW\n  applies to outreach\n"
      "  when product.term is above 1 and customer.age is above 20\n  then block\n    say \"no\"\n";
  const auto verdict = [&](int recipients, int products, std::size_t most) {
    decide::Ruleset ruleset;
    ruleset.program = built(text);
    BOOST_REQUIRE(ruleset.program != nullptr);
    std::string turn = R"({"id":"t","outreach":{"text":"x","purpose":"notice","recipients":[)";
    for (int i = 0; i < recipients; ++i)
      turn += (i > 0 ? "," : "") + std::string(R"({"id":"r)") + std::to_string(i) + R"(","age":30,"vip":false})";
    turn += R"(]},"recommendation":{"products":[)";
    for (int i = 0; i < products; ++i)
      turn += (i > 0 ? "," : "") + std::string(R"({"id":"p)") + std::to_string(i) + R"(","term":2})";
    turn += "]}}";
    decide::Fields fields;
    BOOST_REQUIRE(wire::parse_turn(turn, fields, Limits{}));
    const Result<decide::Request> request = decide::bind(*ruleset.program, fields, {});
    BOOST_REQUIRE(request);
    Limits limits;
    limits.pairs = most;
    decide::Scratch scratch(limits);
    const decide::Decision& decision = decide::decide(ruleset, *request, {}, scratch);
    return std::pair(decision.verdict, decision.has_handoff ? decision.handoff.cause : decide::Cause::none);
  };
  BOOST_TEST((verdict(3, 2, 6) == std::pair(decide::Verdict::block, decide::Cause::none)));
  BOOST_TEST((verdict(3, 2, 5) == std::pair(decide::Verdict::handoff, decide::Cause::limit)));
}

CAP(reasons) {
  const std::string two =
      rule("a", "customer.vip is yes", "block\n    say \"no\"") + rule("b", "customer.age is 40", "flag seen");
  Limits limits;
  limits.reasons = 2;
  BOOST_TEST((decided(two, "x", limits).verdict == decide::Verdict::block));
  limits.reasons = 1;
  const Decided beyond = decided(two, "x", limits);
  BOOST_TEST((beyond.verdict == decide::Verdict::handoff));
  BOOST_TEST((beyond.cause == decide::Cause::limit));
}

CAP(scratch_bytes) {
  const std::string two =
      rule("a", "customer.vip is yes", "block\n    say \"no\"") + rule("b", "customer.age is 40", "flag seen");
  Limits limits;
  for (limits.scratch_bytes = 0; decided(two, "x", limits).cause == decide::Cause::limit;) ++limits.scratch_bytes;
  BOOST_TEST(limits.scratch_bytes > 0u);
  BOOST_TEST((decided(two, "x", limits).verdict == decide::Verdict::block));
  --limits.scratch_bytes;
  const Decided beyond = decided(two, "x", limits);
  BOOST_TEST((beyond.verdict == decide::Verdict::handoff));
  BOOST_TEST((beyond.cause == decide::Cause::limit));
}

// ---- what grows by itself

BOOST_AUTO_TEST_CASE(defines_that_double_sixty_times_are_refused_and_take_no_time) {
  std::string defines = "define d0 as customer.age is above 60\n";
  for (int i = 1; i <= 60; ++i) {
    defines +=
        "define d" + std::to_string(i) + " as d" + std::to_string(i - 1) + " and d" + std::to_string(i - 1) + "\n";
  }
  BOOST_TEST(!holds(defines + rule("a", "d60"), Limits{}));
}

BOOST_AUTO_TEST_CASE(defines_within_defines) {
  const auto chain = [](int depth) {
    std::string out = "define d0 as customer.age is above 60\n";
    for (int i = 1; i < depth; ++i) out += "define d" + std::to_string(i) + " as d" + std::to_string(i - 1) + "\n";
    return out + rule("a", "d" + std::to_string(depth - 1));
  };
  BOOST_TEST(holds(chain(64), Limits{}));
  BOOST_TEST(!holds(chain(65), Limits{}));
  BOOST_TEST(!holds(chain(5000), Limits{}));
}

BOOST_AUTO_TEST_CASE(a_thousand_names_that_differ_in_one_letter_are_told_apart) {
  std::string facts = "facts many\n";
  for (int i = 0; i < 1000; ++i) facts += "  name_" + std::to_string(100000 + i) + " yes/no\n";
  std::string rules;
  for (int i = 0; i < 50; ++i)
    rules += rule("r" + std::to_string(i), "many.name_" + std::to_string(200000 + i) + " is yes");
  const test::Checked checked = test::check_texts({{"pack.cav", kPack + facts + rules}});
  BOOST_TEST(checked.diagnostics.size() == 50u);
}

BOOST_AUTO_TEST_CASE(a_rule_whose_every_fact_is_unknown_hands_off_and_is_no_mistake) {
  decide::Ruleset ruleset;
  ruleset.program = built(rule("a", "customer.age is above 60 and customer.note is \"x\" and customer.tags is empty",
                               "block\n    say \"no\""));
  BOOST_REQUIRE(ruleset.program != nullptr);
  decide::Fields fields;
  BOOST_REQUIRE(wire::parse_turn(R"({"id":"t","answer":{"text":"x"}})", fields, Limits{}));
  const Result<decide::Request> request = decide::bind(*ruleset.program, fields, {});
  BOOST_REQUIRE(request);
  decide::Scratch scratch;
  const decide::Decision& decision = decide::decide(ruleset, *request, {}, scratch);
  BOOST_TEST((decision.verdict == decide::Verdict::handoff));
  BOOST_REQUIRE_EQUAL(decision.reasons.size(), 1u);
  BOOST_TEST(decision.reasons[0].unknown);
}

// ---- messages of a program that became too large, whole

BOOST_AUTO_TEST_CASE(what_building_says_is_kept_whole_in_both_languages) {
  const std::filesystem::path folder = std::filesystem::path(CAVEAT_SOURCE_DIR) / "tests/conformance/messages/program";
  const std::string english = rule("a", "customer.age is above 60 or customer.vip is yes or customer.age is 3");
  const std::string chinese =
      "规则包 t\n  版本 “1”\n  默认队列 坐席\n队列 坐席\n法源 某法 为 《某法》 第1条\n事实 customer\n  age 又名 年龄 "
      "整数 0 至 150\n"
      "规则 甲\n  依据 某法\n  适用于 回答\n  当 客户.年龄 高于 60 或 客户.年龄 低于 18 或 客户.年龄 为 30\n  则 "
      "转人工 至 坐席\n";
  for (const auto& [name, text] :
       {std::pair<std::string, std::string>{"too_large.en.txt", kPack + english}, {"too_large.zh.txt", chinese}}) {
    const test::Checked checked = test::check_texts({{"pack.cav", text}});
    BOOST_REQUIRE_MESSAGE(checked.result.model, checked.rendered());
    std::string out;
    Limits limits;
    limits.condition_nodes = 2;
    for (const Diagnostic& each : program::build(*checked.result.model, limits).diagnostics)
      out += render(each, checked.sources);
    if (std::getenv("CAVEAT_UPDATE_MESSAGES") != nullptr) std::ofstream(folder / name, std::ios::binary) << out;
    BOOST_TEST(test::read_file(folder / name) == out, name << " says otherwise now:\n" << out);
  }
}

// ---- none is forgotten

BOOST_AUTO_TEST_CASE(every_member_of_limits_has_a_case_of_its_name) {
  const std::string header = test::read_file(std::filesystem::path(CAVEAT_SOURCE_DIR) / "engine/base/limits.h");
  const std::regex member(R"(std::size_t (\w+) =)");
  std::set<std::string> members;
  for (auto at = std::sregex_iterator(header.begin(), header.end(), member); at != std::sregex_iterator(); ++at)
    members.insert((*at)[1]);
  BOOST_TEST(members.size() >= 20u);
  BOOST_TEST(members == tried(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
