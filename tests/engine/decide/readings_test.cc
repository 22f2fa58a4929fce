// Readings where the pages are silent (docs/decisions/0006): what was chosen, held.
#include <boost/test/unit_test.hpp>

#include "engine/decide/decide.h"
#include "tests/engine/decide/hand_made.h"

namespace caveat::decide {
namespace {

using namespace hand_made;

struct Decided {
  std::shared_ptr<const program::Program> program;
  Request request;
  Problem problem;
  Scratch scratch;
  const Decision* decision = nullptr;
  Decided(const World& world, const Turn& turn) : program(world.build()) {
    BOOST_REQUIRE(program);
    BOOST_REQUIRE(bind(*program, turn.fields, {}, request, problem));
    decision = &decide({program, {}, {}}, request, {}, scratch);
  }
};

World asking(ExprPtr (*when)(const World&)) {
  World world;
  model::Fact& level = world.fact("customer", "level", World::type(TypeKind::integer));
  level.max_age = Duration{0, 3'600, 0};
  world.sorted();
  world.rule("r", {model::Subject::answer}, when(world), {World::effect(model::EffectKind::block)});
  return world;
}

BOOST_AUTO_TEST_CASE(a_condition_over_an_absent_part_is_false_and_its_not_is_true) {
  const World plain = asking([](const World& world) { return world.has("message", {"x"}); });
  const World denied = asking([](const World& world) { return World::over(Op::not_, {world.has("message", {"x"})}); });
  Turn turn;
  turn.answer("y");
  BOOST_TEST((Decided(plain, turn).decision->verdict == Verdict::allow));
  BOOST_TEST((Decided(denied, turn).decision->verdict == Verdict::block));
}

BOOST_AUTO_TEST_CASE(a_fact_may_be_five_minutes_younger_than_the_turn_and_no_more) {
  const World world = asking([](const World& of) {
    const ExprPtr level = of.read("customer", "level");
    return World::over(Op::lt, {World::number(level, "5"), level});
  });
  const auto cause = [&](const std::string& as_of) {
    Turn turn;
    turn.answer("y");
    const std::uint32_t customer = turn.object("customer");
    turn.number("level", "9", customer).text("as_of", as_of, customer);
    const Decided decided(world, turn);
    return decided.request.fact(world.find("customer", "level"), -1).cause;
  };
  BOOST_TEST((cause("2026-03-02T10:05:00+08:00") == Cause::none));
  BOOST_TEST((cause("2026-03-02T10:05:01+08:00") == Cause::future));
}

BOOST_AUTO_TEST_CASE(a_turn_without_a_language_is_in_that_of_its_message_else_of_its_answer) {
  const World world = asking([](const World& of) { return of.has("answer", {"x"}); });
  const auto language = [&](const std::string& message, const std::string& answer, const std::string& said) {
    Turn turn;
    if (!message.empty()) turn.message(message);
    if (!answer.empty()) turn.answer(answer);
    if (!said.empty()) turn.text("language", said);
    return Decided(world, turn).request.language();
  };
  BOOST_TEST((language("我要贷款", "Sure.", "") == Language::zh));
  BOOST_TEST((language("I need a loan", "好的", "") == Language::en));
  BOOST_TEST((language("", "好的", "") == Language::zh));
  BOOST_TEST((language("", "Sure.", "") == Language::en));
  BOOST_TEST((language("", "", "") == Language::zh));
  BOOST_TEST((language("我要贷款", "好的", "en-GB") == Language::en));
}

BOOST_AUTO_TEST_CASE(only_a_rule_that_is_true_says_something) {
  World world;
  world.fact("customer", "level", World::type(TypeKind::integer));
  world.sorted();
  const ExprPtr level = world.read("customer", "level");
  model::Rule& rule = world.rule("r", {model::Subject::answer}, World::over(Op::lt, {level, World::number(level, "5")}),
                                 {World::hand_off(0)});
  rule.if_unknown = model::Rule::Unknown::effects;
  rule.unknown_effects = {World::hand_off(0)};
  model::Say say;
  say.texts.any = {{"You are below five.", model::kNone}};
  rule.say = {say};
  Turn unknown;
  unknown.answer("y").text("language", "en");
  BOOST_TEST(Decided(world, unknown).decision->say == "Please wait.");
  Turn known;
  known.answer("y").text("language", "en").number("level", "3", known.object("customer"));
  BOOST_TEST(Decided(world, known).decision->say == "You are below five.");
}

}  // namespace
}  // namespace caveat::decide
