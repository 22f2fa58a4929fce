// Caps of rule text: at the edge it holds, one beyond it is a diagnostic that names both numbers.
#include <boost/test/unit_test.hpp>

#include "engine/model/codes.h"
#include "engine/program/build.h"
#include "tests/support/packs.h"

using namespace caveat;

namespace {

const std::string kPack = R"(pack t
  version "1"
  default queue desk
queue desk
source LAW is "Act" article 1
facts customer
  age integer 0..150
  vip yes/no
)";

std::string rule(const std::string& name, const std::string& when) {
  return "rule " + name + "\n  cites LAW\n  applies to answer\n  when " + when + "\n  then hand off to desk\n";
}

bool holds(const std::string& text, const Limits& limits) {
  const test::Checked checked = test::check_texts({{"pack.cav", kPack + text}}, limits);
  for (const Diagnostic& diagnostic : checked.diagnostics) {
    BOOST_TEST(diagnostic.code->name == model::codes::kTooMany.name, checked.rendered());
  }
  return checked.result.model != nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(caps_of_rule_text)

BOOST_AUTO_TEST_CASE(rules_of_a_program) {
  Limits limits;
  limits.rules = 2;
  const std::string two = rule("a", "customer.vip is yes") + rule("b", "customer.vip is yes");
  BOOST_TEST(holds(two, limits));
  BOOST_TEST(!holds(two + rule("c", "customer.vip is yes"), limits));
}

BOOST_AUTO_TEST_CASE(declared_names_of_a_program) {
  Limits limits;
  limits.names = 7;  // pack, queue, source, customer and its two facts, one rule
  BOOST_TEST(holds(rule("a", "customer.vip is yes"), limits));
  BOOST_TEST(!holds(rule("a", "customer.vip is yes") + rule("b", "customer.vip is yes"), limits));
}

BOOST_AUTO_TEST_CASE(terms_of_all_lexicons) {
  Limits limits;
  limits.lexicon_terms = 4;
  BOOST_TEST(holds("lexicon a is \"x\", \"y\"\nlexicon b is \"x\" but not \"xx\"\n", limits));
  BOOST_TEST(!holds("lexicon a is \"x\", \"y\"\nlexicon b is \"x\", \"z\" but not \"xx\"\n", limits));
}

BOOST_AUTO_TEST_CASE(parts_of_a_condition_with_its_defines_written_out) {
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

BOOST_AUTO_TEST_SUITE_END()
