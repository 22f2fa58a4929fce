// Whose packs apply is settled by the caller's configuration; the turn can add a jurisdiction and take none away.
#include <boost/test/unit_test.hpp>

#include "engine/decide/codes.h"
#include "engine/decide/decide.h"
#include "tests/engine/decide/hand_made.h"

namespace caveat::decide {
namespace {

using namespace hand_made;

// Three packs, each with a rule that blocks every answer: one of CN, one of HK, one of nowhere in particular.
std::shared_ptr<const program::Program> three_packs() {
  World world;
  world.model.packs.front().jurisdictions = {"CN"};
  for (const char* name : {"hk.test", "of.all"}) {
    model::Pack pack = world.model.packs.front();
    pack.names.first = name;
    pack.names.all = {name};
    pack.jurisdictions.clear();
    world.model.packs.push_back(pack);
  }
  world.model.packs[1].jurisdictions = {"HK", "MO"};
  world.sorted();
  Index pack = 0;
  for (const char* rule : {"cn", "hk", "everywhere"}) {
    model::Rule& made = world.rule(rule, {model::Subject::answer}, World::over(Op::always, {}),
                                   {World::effect(model::EffectKind::block)});
    made.pack = pack;
    made.id = world.model.packs[pack].names.first + "/" + rule;
    ++pack;
  }
  return world.build();
}

// The rules that fire, or what is wrong.
std::string fired(const std::vector<std::string>& of_caller, const std::vector<std::string>& of_turn,
                  bool said = true) {
  const auto program = three_packs();
  BOOST_REQUIRE(program);
  Turn turn;
  turn.answer("yes");
  if (said) {
    const std::uint32_t list = turn.list("jurisdictions");
    for (const std::string& one : of_turn) turn.text("", one, list);
  }
  BindOptions options;
  options.jurisdictions = of_caller;
  Request request;
  Problem problem;
  if (!bind(*program, turn.fields, options, request, problem)) {
    const ProblemItem& item = problem.items.front();
    return std::string(problem.code->name) + " " + item.path + ": " + item.expected + "; " + item.found + "; " +
           item.nearest;
  }
  Scratch scratch;
  const Decision decision = decide({program, {}, {}}, request, {}, scratch);
  std::string names;
  for (const Reason& reason : decision.reasons)
    names += (names.empty() ? "" : " ") +
             std::string(program->rule_id(reason.rule).substr(program->rule_id(reason.rule).find('/') + 1));
  return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(where_the_caller_has_no_jurisdiction_the_packs_of_all_apply_whatever_the_turn_says) {
  const std::string all = "cn hk everywhere";
  BOOST_TEST(fired({}, {}, false) == all);
  BOOST_TEST(fired({}, {}) == all);
  BOOST_TEST(fired({}, {"CN"}) == all);
  BOOST_TEST(fired({}, {"HK"}) == all);
}

BOOST_AUTO_TEST_CASE(a_turn_adds_to_the_jurisdictions_of_its_caller_and_takes_none_away) {
  BOOST_TEST(fired({"CN"}, {}, false) == "cn everywhere");
  BOOST_TEST(fired({"CN"}, {}) == "cn everywhere");
  BOOST_TEST(fired({"CN"}, {"HK"}) == "cn hk everywhere");
  BOOST_TEST(fired({"MO"}, {"MO"}) == "hk everywhere");
}

BOOST_AUTO_TEST_CASE(a_jurisdiction_that_no_pack_has_is_refused_in_a_turn_and_leaves_out_nothing_in_a_configuration) {
  const std::string told = "out_of_range /jurisdictions/0: a jurisdiction of the packs: CN, HK, MO; ";
  BOOST_TEST(fired({}, {"cn"}) == told + "\"cn\"; CN");
  BOOST_TEST(fired({"CN"}, {"XXX"}) == told + "\"XXX\"; ");
  BOOST_TEST(fired({}, {""}) == told + "\"\"; ");
  BOOST_TEST(fired({"XX"}, {}, false) == "cn hk everywhere");
  BOOST_TEST(fired({"XX", "CN"}, {}, false) == "cn hk everywhere");  // which one was meant nobody can tell
}

}  // namespace caveat::decide
