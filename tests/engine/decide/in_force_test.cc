#include "engine/decide/in_force.h"

#include <boost/test/unit_test.hpp>

#include "tests/engine/decide/hand_made.h"

namespace caveat::decide {
namespace {

using namespace hand_made;

BOOST_AUTO_TEST_SUITE(in_force)

BOOST_AUTO_TEST_CASE(a_rule_whose_last_day_has_passed_or_whose_first_is_to_come_is_told) {
  World world;
  world.fact("customer", "vip", World::type(TypeKind::yes_no));
  world.sorted();
  const auto rule = [&](const std::string& name, const char* from, const char* until) {
    world.rule(name, {model::Subject::answer}, World::over(Op::truth, {world.read("customer", "vip")}),
               {World::effect(model::EffectKind::block)});
    if (*from != '\0') world.model.rules.back().from = parse_date(from);
    if (*until != '\0') world.model.rules.back().until = parse_date(until);
  };
  rule("always", "", "");
  rule("ended", "2020-01-01", "2025-12-31");
  rule("today", "2026-03-01", "2026-03-01");
  rule("typing_error", "2206-02-01", "");
  const auto program = world.build();
  BOOST_REQUIRE(program);
  const auto on = [&](const char* instant) {
    std::string told;
    for (const OutOfForce& one : out_of_force(*program, parse_instant(instant).value(), 0))
      told += std::string(program->text(program->rules()[one.rule].name)) +
              (one.ended ? " ended " + format_date(*one.ended) : " begins " + format_date(*one.begins)) + "; ";
    return told;
  };
  BOOST_TEST(on("2026-03-01T12:00:00Z") == "ended ended 2025-12-31; typing_error begins 2206-02-01; ");
  BOOST_TEST(on("2025-12-31T12:00:00Z") == "today begins 2026-03-01; typing_error begins 2206-02-01; ");
  BOOST_TEST(on("2206-02-01T12:00:00Z") == "ended ended 2025-12-31; today ended 2026-03-01; ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace caveat::decide
