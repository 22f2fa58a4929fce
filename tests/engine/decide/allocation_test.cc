// A decision allocates nothing once its Scratch is warm: counted by an operator new of our own.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <new>

#include "tests/engine/decide/hand_made.h"

namespace {
thread_local long allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* made = std::malloc(size)) return made;
  throw std::bad_alloc();
}
void operator delete(void* made) noexcept { std::free(made); }
void operator delete(void* made, std::size_t) noexcept { std::free(made); }

namespace caveat::decide {
namespace {

using namespace hand_made;

BOOST_AUTO_TEST_CASE(a_warm_decision_allocates_nothing) {
  World world;
  world.fact("customer", "age", World::type(TypeKind::integer));
  world.fact("product", "term", World::type(TypeKind::integer));
  world.sorted();
  const ExprPtr age = world.read("customer", "age"), term = world.read("product", "term");
  for (int i = 0; i < 60; ++i) {
    world.rule("item_" + std::to_string(i), {model::Subject::recommendation},
               World::over(Op::and_, {World::over(Op::lt, {World::number(age, std::to_string(i)), age}),
                                      World::over(Op::lt, {World::number(term, std::to_string(i)), term})}),
               {World::effect(model::EffectKind::block)});
  }
  world.rule("text", {model::Subject::answer}, world.has("answer", {"保本", "收益"}), {World::hand_off(0)});
  world.rule("unknown", {model::Subject::answer},
             World::over(Op::lt, {world.read("customer", "age"), World::number(age, "18")}),
             {World::effect(model::EffectKind::block)});
  const auto program = world.build();
  BOOST_REQUIRE(program);
  Turn known, unknown;
  known.answer("本产品保本，收益高。");
  known.number("age", "40", known.object("customer"));
  known.number("term", "30", known.product("p1"));
  unknown.answer("您好。");
  unknown.product("p1");
  Request requests[2];
  Problem problem;
  BOOST_REQUIRE(bind(*program, known.fields, {}, requests[0], problem));
  BOOST_REQUIRE(bind(*program, unknown.fields, {}, requests[1], problem));
  const Ruleset ruleset{program, {}, {}};
  Scratch scratch;
  for (const Request& request : requests) decide(ruleset, request, {}, scratch);
  const long before = allocations;
  std::size_t reasons = 0;
  for (const Request& request : requests) reasons += decide(ruleset, request, {}, scratch).reasons.size();
  BOOST_TEST(allocations == before);
  BOOST_TEST(reasons > 30u);
}

BOOST_AUTO_TEST_CASE(a_warm_bind_allocates_nothing) {
  World world;
  world.fact("customer", "age", World::type(TypeKind::integer));
  world.sorted();
  world.rule("adult", {model::Subject::answer},
             World::over(Op::lt, {world.read("customer", "age"), World::number(world.read("customer", "age"), "18")}),
             {World::effect(model::EffectKind::block)});
  const auto program = world.build();
  Turn turn;
  turn.answer("您好，这是一个足够长的回答，长到放不进短字符串。");
  turn.number("age", "40", turn.object("customer"));
  Request request;
  Problem problem;
  BOOST_REQUIRE(bind(*program, turn.fields, {}, request, problem));
  const BindOptions options;
  const long before = allocations;
  BOOST_REQUIRE(bind(*program, turn.fields, options, request, problem));
  BOOST_TEST(allocations == before);
}

}  // namespace
}  // namespace caveat::decide
