// Rules that need a word are dropped by the index where it is not there; each that may hold is left, whatever the text is and however
// many there are.
#include <boost/test/unit_test.hpp>
#include <random>
#include <set>

#include "engine/decide/decide.h"
#include "tests/engine/decide/hand_made.h"

namespace caveat::decide {
namespace {

using namespace hand_made;
using model::Subject;

constexpr std::size_t kRules = 700;  // more than one block of bits

std::string word(std::size_t number) { return "w" + std::to_string(number) + "x"; }

enum class Shape { has, any_of, claims, has_and_long, lacks, kCount };
Shape shape(std::size_t rule) { return static_cast<Shape>(rule % static_cast<std::size_t>(Shape::kCount)); }

ExprPtr claims(const World& world, const std::string& phrase) {
  auto expr = std::make_shared<Expr>(*world.has("answer", {phrase}));
  expr->op = Op::claims;
  return expr;
}

ExprPtr condition(const World& world, std::size_t rule) {
  const ExprPtr has = world.has("answer", {word(rule)});
  switch (shape(rule)) {
    case Shape::any_of:
      return World::over(Op::or_, {has, world.has("answer", {word(rule + 1)}), claims(world, word(rule + 2))});
    case Shape::claims:
      return claims(world, word(rule));
    case Shape::has_and_long: {
      const ExprPtr age = world.read("customer", "age");
      return World::over(Op::and_, {has, World::over(Op::le, {World::number(age, "18"), age})});
    }
    case Shape::lacks:
      return World::over(Op::and_, {has, World::over(Op::not_, {world.has("answer", {word(rule + 3)})})});
    default:
      return has;
  }
}

bool holds(std::size_t rule, const std::set<std::size_t>& words, bool adult) {
  const bool has = words.contains(rule);
  switch (shape(rule)) {
    case Shape::any_of:
      return has || words.contains(rule + 1) || words.contains(rule + 2);
    case Shape::has_and_long:
      return has && adult;
    case Shape::lacks:
      return has && !words.contains(rule + 3);
    default:
      return has;
  }
}

struct Court {
  World world;
  std::shared_ptr<const program::Program> program;
  Scratch scratch;
  Request request;
  explicit Court(std::size_t rules) {
    world.fact("customer", "age", World::type(TypeKind::integer));
    world.sorted();
    for (std::size_t rule = 0; rule < rules; ++rule) {
      model::Effect flag = World::effect(model::EffectKind::flag);
      flag.name = "f";
      world.rule("r" + std::to_string(rule), {Subject::answer}, condition(world, rule), {flag});
    }
    program = world.build();
  }
  const Decision& judge(const Turn& turn, const Limits& limits = {}) {
    scratch = Scratch(limits);
    Problem problem;
    BOOST_REQUIRE(bind(*program, turn.fields, {}, request, problem));
    return decide({program, {}, {}}, request, {}, scratch);
  }
  // Numbers of the rules that a decision tells of.
  std::set<std::size_t> told(const Decision& decision) const {
    std::set<std::size_t> out;
    for (const Reason& reason : decision.reasons)
      out.insert(std::stoul(std::string(program->rule_id(reason.rule).substr(sizeof("cn.test/r") - 1))));
    return out;
  }
};

Turn said(const std::string& text, const std::string& age) {
  Turn turn;
  turn.answer(text);
  turn.number("age", age, turn.object("customer"));
  return turn;
}

BOOST_AUTO_TEST_CASE(every_rule_whose_word_stands_there_is_found_and_no_other_holds) {
  for (const std::size_t rules : {std::size_t{6}, std::size_t{60}, kRules}) {
    Court court(rules);
    std::mt19937 random(11);
    for (int turn = 0; turn < 60; ++turn) {
      std::set<std::size_t> words;
      for (std::size_t left = random() % 6; left > 0; --left) words.insert(random() % (rules + 3));
      std::string text = "We offer";
      for (const std::size_t one : words) text += " " + word(one);
      const bool adult = turn % 2 == 0;
      std::set<std::size_t> expected;
      for (std::size_t rule = 0; rule < rules; ++rule)
        if (holds(rule, words, adult)) expected.insert(rule);
      BOOST_TEST(court.told(court.judge(said(text + ".", adult ? "40" : "4"))) == expected,
                 boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_yes_claims_words_that_the_answer_does_not_hold) {
  Court court(kRules);
  const std::size_t claimed = 7 * static_cast<std::size_t>(Shape::kCount) + static_cast<std::size_t>(Shape::claims);
  Turn turn = said("Yes.", "40");
  turn.message("Do you have " + word(claimed) + "?");
  BOOST_TEST(court.told(court.judge(turn)).contains(claimed));
  Turn no = said("No.", "40");
  no.message("Do you have " + word(claimed) + "?");
  BOOST_TEST(court.told(court.judge(no)).empty());
}

BOOST_AUTO_TEST_CASE(where_a_text_was_not_searched_to_its_end_no_rule_is_dropped) {
  Court court(kRules);
  Limits limits;
  limits.hits = 2;
  const Decision& decision =
      court.judge(said(word(5) + " " + word(10) + " " + word(15) + " " + word(20), "40"), limits);
  BOOST_TEST((decision.verdict == Verdict::handoff));
  BOOST_TEST(court.told(decision).size() == kRules);
}

}  // namespace
}  // namespace caveat::decide
