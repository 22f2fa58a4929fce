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

// What an answer is made into costs nothing new either: spans redacted and replaced, disclosures with facts put in, the final
// text judged once more, words that are matched in their exact case.
BOOST_AUTO_TEST_CASE(a_warm_decision_that_edits_its_answer_allocates_nothing) {
  World world;
  world.fact("customer", "tier", World::type(TypeKind::text));
  world.sorted();
  const Index note = world.wording("note", "理财非存款，产品有风险，投资须谨慎，请您仔细阅读。", "Mind the risk.");
  world.model.wordings[note].pieces.zh.push_back({"", world.find("customer", "tier")});
  const Index exact = world.lexicon({"Ultra-Safe Income Plan", "保本"});
  world.model.lexicons[exact].exact_case = true;
  model::Effect redact = World::effect(model::EffectKind::redact),
                replace = World::effect(model::EffectKind::replace_match);
  replace.with_pieces.zh = {{"（此处已由合规部门更正，详见产品说明书）", model::kNone}};
  replace.with_pieces.en = replace.with_pieces.zh;
  model::Effect disclose = World::effect(model::EffectKind::disclose);
  disclose.wording = note;
  world.rule("redact", {model::Subject::answer}, world.has("answer", {"6222021234567890"}), {redact});
  world.rule("replace", {model::Subject::answer}, world.has_lexicon("answer", exact), {replace});
  world.rule("disclose", {model::Subject::answer}, world.has("answer", {"收益"}), {disclose});
  const auto program = world.build();
  BOOST_REQUIRE(program);
  Turn turn;
  turn.answer("您的卡号6222021234567890已登记；“Ultra-Safe Income Plan”的收益较高，并不是 ultra-safe income plan。");
  turn.text("tier", "私人银行客户（钻石级，三年以上）", turn.object("customer"));
  Request request;
  Problem problem;
  BOOST_REQUIRE(bind(*program, turn.fields, {}, request, problem));
  const Ruleset ruleset{program, {}, {}};
  Scratch scratch;
  for (int i = 0; i < 2; ++i) decide(ruleset, request, {}, scratch);
  const long before = allocations;
  const Decision& decision = decide(ruleset, request, {}, scratch);
  BOOST_TEST(allocations == before);
  BOOST_TEST(decision.reasons.size() == 3u);
  BOOST_TEST(decision.say ==
             "您的卡号***已登记；“（此处已由合规部门更正，详见产品说明书）”的收益较高，并不是 ultra-safe income "
             "plan。\n理财非存款，产品有风险，投资须谨慎，请您仔细阅读。私人银行客户（钻石级，三年以上）");
}

BOOST_AUTO_TEST_CASE(a_warm_bind_of_lists_products_and_provenance_allocates_nothing) {
  World world;
  const Index kinds = world.choices({{"deposit"}, {"a_kind_with_a_name_that_is_long"}, {"loan"}});
  model::Type kind = World::type(TypeKind::choice), list = World::type(TypeKind::list);
  kind.choices = kinds;
  list.element = std::make_shared<const model::Type>(kind);
  world.fact("customer", "kinds", list);
  world.fact("product", "kind", kind);
  world.fact("action", "amount", World::type(TypeKind::decimal));
  world.sorted();
  const auto program = world.build();
  BOOST_REQUIRE(program);
  Turn turn;
  const std::uint32_t list_node = turn.list("kinds", turn.object("customer"));
  for (const char* one : {"deposit", "loan", "a_kind_with_a_name_that_is_long"})
    turn.fields.set_text(turn.fields.add(list_node, "", Fields::Kind::text), one);
  turn.text("kind", "a_kind_with_a_name_that_is_long", turn.product("a-product-with-a-long-enough-id"));
  const std::uint32_t action = turn.fields.add(turn.list("actions"), "", Fields::Kind::object);
  turn.text("name", "a_transfer_between_own_accounts", action).text("amount", "12345.67", action);
  const std::uint32_t entry = turn.fields.add(turn.list("provenance"), "", Fields::Kind::object);
  turn.text("path", "/recommendation/products/0/kind", entry).text("quality", "inferred", entry);
  turn.text("source", "the-catalogue-of-the-bank", entry);
  Request request;
  Problem problem;
  const BindOptions options;
  for (int i = 0; i < 2; ++i) {
    if (bind(*program, turn.fields, options, request, problem)) continue;
    for (const ProblemItem& item : problem.items)
      BOOST_ERROR(item.path + ": expected " + item.expected + ", found " + item.found);
  }
  const long before = allocations;
  BOOST_REQUIRE(bind(*program, turn.fields, options, request, problem));
  BOOST_TEST(allocations == before);
  const Fact stated = request.fact(program->schema().find_two("product", "kind"), 0);
  BOOST_TEST((stated.quality == Quality::inferred));
  BOOST_TEST(stated.source == "the-catalogue-of-the-bank");
}

BOOST_AUTO_TEST_CASE(a_warm_bind_that_looks_things_up_in_a_set_allocates_nothing) {
  World world;
  world.fact("product", "label", World::type(TypeKind::text)).from = "catalogue";
  world.fact("product", "term", World::type(TypeKind::integer)).from = "catalogue";
  world.sorted();
  world.data("catalogue", world.find("product", "id"));
  world.rule("known", {model::Subject::recommendation},
             World::over(Op::and_, {World::over(Op::known, {world.read("product", "label")}),
                                    World::over(Op::known, {world.read("product", "term")})}),
             {World::effect(model::EffectKind::block)});
  const auto program = world.build();
  BOOST_REQUIRE(program);
  Data data;
  SetReader reader(*program, 0, Limits{});
  reader.columns({program->schema().find_two("product", "label"), program->schema().find_two("product", "term")});
  const std::string id = "a-product-with-a-long-enough-id", label = "a label that fits into no short string";
  BOOST_REQUIRE(!reader.row(id));
  BOOST_REQUIRE(!reader.cell(label));
  BOOST_REQUIRE(!reader.cell("12"));
  data.sets.push_back(std::move(reader).take());
  Turn turn;
  turn.text("label", label, turn.product(id));
  turn.product("another-product-that-is-not-listed");
  BindOptions options;
  options.data = &data;
  Request request;
  Problem problem;
  for (int i = 0; i < 2; ++i) BOOST_REQUIRE(bind(*program, turn.fields, options, request, problem));
  const long before = allocations;
  BOOST_REQUIRE(bind(*program, turn.fields, options, request, problem));
  BOOST_TEST(allocations == before);
  BOOST_TEST(request.value(program->schema().find_two("product", "term"), 0) == "12");
}

BOOST_AUTO_TEST_CASE(a_warm_turn_whose_answer_names_products_allocates_nothing) {
  World world;
  world.fact("product", "label", World::type(TypeKind::text)).from = "catalogue";
  world.fact("product", "term", World::type(TypeKind::integer)).from = "catalogue";
  world.sorted();
  world.data("catalogue", world.find("product", "id")).named_by = {world.find("product", "label")};
  world.rule("known", {model::Subject::answer}, World::over(Op::known, {world.read("product", "term")}),
             {World::effect(model::EffectKind::flag)});
  const auto program = world.build();
  BOOST_REQUIRE(program);
  Data data;
  SetReader reader(*program, 0, Limits{});
  reader.columns({program->schema().find_two("product", "label"), program->schema().find_two("product", "term")});
  for (const char* id : {"a-product-with-a-long-enough-id", "another-product-with-a-long-id", "a-third-one-of-them"}) {
    BOOST_REQUIRE(!reader.row(id));
    BOOST_REQUIRE(!reader.cell("the label of " + std::string(id)));
    BOOST_REQUIRE(!reader.cell("12"));
  }
  data.sets.push_back(std::move(reader).take());
  Turn turn;
  turn.answer("Take the label of another-product-with-a-long-id or the label of a-product-with-a-long-enough-id.");
  turn.product("a-third-one-of-them");
  BindOptions options;
  options.data = &data;
  Request request;
  Problem problem;
  Scratch scratch;
  const Ruleset ruleset{program, data, {}};
  const auto once = [&] {
    BOOST_REQUIRE(bind(*program, turn.fields, options, request, problem));
    return decide(ruleset, request, {}, scratch).reasons.size();
  };
  once(), once();
  const long before = allocations;
  const std::size_t reasons = once();
  BOOST_TEST(allocations == before);
  BOOST_TEST(reasons == 3u);
}

}  // namespace
}  // namespace caveat::decide
