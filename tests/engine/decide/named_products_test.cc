// Products that an answer only names: rules on answers are judged for them, and nothing else of the turn changes (semantics.md 10).
#include <boost/test/unit_test.hpp>

#include "engine/decide/decide.h"
#include "engine/decide/explain.h"
#include "engine/decide/outcome.h"
#include "engine/decide/topics.h"
#include "tests/engine/decide/hand_made.h"

namespace caveat::decide {
namespace {

using namespace hand_made;

// A shelf of products found by id and known by name; `risky` blocks each above R1, on what it is told to be.
World shop(std::vector<model::Subject> subjects, model::EffectKind effect = model::EffectKind::block) {
  World world;
  model::Type scale = World::type(TypeKind::scale);
  scale.scale = world.scale({{"R1", "C1"}, {"R2", "C2"}, {"R3", "C3"}});
  world.fact("product", "level", scale).from = "shelf";
  world.fact("product", "name", World::type(TypeKind::text)).from = "shelf";
  world.fact("product", "yield", World::type(TypeKind::percent));
  world.sorted();
  world.data("shelf", world.find("product", "id")).named_by = {world.find("product", "name")};
  const ExprPtr read = world.read("product", "level");
  world.rule("risky", std::move(subjects), World::over(Op::lt, {World::level(read, 0), read}), {World::effect(effect)});
  return world;
}

struct Shelf {
  std::shared_ptr<const program::Program> program;
  Data data;
  explicit Shelf(const World& world, const std::vector<std::vector<std::string>>& rows = {{"p-1", "R1", "稳健成长"},
                                                                                          {"p-2", "R3", "稳健成长2号"},
                                                                                          {"p-3", "", "Balanced"}})
      : program(world.build()) {
    BOOST_REQUIRE(program);
    SetReader reader(*program, 0, Limits{});
    reader.columns({slot("level"), slot("name")});
    for (const std::vector<std::string>& row : rows) {
      BOOST_REQUIRE(!reader.row(row[0]));
      for (std::size_t i = 1; i < row.size(); ++i) BOOST_REQUIRE(!reader.cell(row[i]));
    }
    data.sets.push_back(std::move(reader).take());
  }
  std::uint32_t slot(const std::string& name) const { return program->schema().find_two("product", name); }
};

struct Decided {
  Request request;
  Scratch scratch;
  const Decision* decision = nullptr;
  Decided(const Shelf& shelf, const Turn& turn, const Limits& limits = {}) : scratch(limits) {
    BindOptions options;
    options.data = &shelf.data;
    options.limits = limits;
    Problem problem;
    BOOST_REQUIRE(bind(*shelf.program, turn.fields, options, request, problem));
    decision = &decide({shelf.program, shelf.data, {}}, request, {}, scratch);
  }
  std::string verdict() const { return std::string(name(decision->verdict)); }
  // "risky p-2 [稳健成长2号]", one a reason.
  std::string reasons(const Shelf& shelf) const {
    std::string all;
    for (const ReasonTold& told :
         decide::reasons(*shelf.program, request, *decision, Language::zh, Audience::confidential)) {
      all += (all.empty() ? "" : "; ") +
             std::string(shelf.program->rule_id(shelf.program->find_rule(told.rule)))
                 .substr(std::string("cn.test/").size()) +
             (told.unknown ? "? " : " ") + told.item_id;
      for (const std::string& match : told.matched) all += " [" + match + "]";
    }
    return all;
  }
  std::string items() const {
    std::string all;
    for (const ItemVerdict& item : decision->items)
      all += (all.empty() ? "" : ", ") + std::string(item.id) + " " + std::string(name(item.verdict));
    return all;
  }
};

constexpr model::Subject kAnswer = model::Subject::answer, kRecommendation = model::Subject::recommendation;

BOOST_AUTO_TEST_CASE(a_product_that_an_answer_only_names_is_judged_by_rules_on_answers) {
  const Shelf shelf(shop({kAnswer}));
  Turn turn;
  turn.answer("您可以买稳健成长2号。");
  const Decided named(shelf, turn);
  BOOST_TEST(named.verdict() == "block");
  BOOST_TEST(named.reasons(shelf) == "risky p-2 [稳健成长2号]");
  BOOST_TEST(named.items() == "");  // it is no item of the turn
  BOOST_TEST(named.request.products() == 0u);
  BOOST_TEST(named.request.all_products() == 1u);
  BOOST_TEST(named.request.value(shelf.slot("level"), 0) == "R3");
  BOOST_TEST(named.request.fact(shelf.slot("level"), 0).source == "shelf");
  BOOST_TEST(named.request.value(shelf.slot("id"), 0) == "p-2");
  Turn harmless;
  harmless.answer("您可以买稳健成长。");
  BOOST_TEST(Decided(shelf, harmless).verdict() == "allow");
  Turn none;
  none.answer("您好。").message("稳健成长2号呢？");  // the customer named it
  BOOST_TEST(Decided(shelf, none).verdict() == "allow");
}

BOOST_AUTO_TEST_CASE(without_names_or_rules_that_ask_nothing_is_looked_for) {
  World nameless = shop({kAnswer});
  nameless.model.data[0].named_by.clear();
  const Shelf without(nameless), asked_by_none(shop({kRecommendation}));
  BOOST_TEST((without.data.sets[0].names == nullptr));
  BOOST_TEST((asked_by_none.data.sets[0].names == nullptr));
  Turn turn;
  turn.answer("您可以买稳健成长2号。");
  BOOST_TEST(Decided(without, turn).request.all_products() == 0u);
  BOOST_TEST(Decided(without, turn).verdict() == "allow");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_of_it_does_what_unknown_does) {
  const Shelf shelf(shop({kAnswer}));
  Turn turn;
  turn.answer("Balanced would suit you.");
  const Decided named(shelf, turn);
  BOOST_TEST(named.verdict() == "handoff");
  BOOST_TEST(named.reasons(shelf) == "risky? p-3 [Balanced]");
  BOOST_TEST((named.decision->reasons[0].facts[0].cause == Cause::not_listed));
  BOOST_TEST((named.request.fact(shelf.slot("yield"), 0).cause == Cause::missing));
}

BOOST_AUTO_TEST_CASE(a_product_that_the_turn_carries_is_judged_once_and_one_that_is_named_is_not_recommended) {
  const Shelf shelf(shop({kAnswer, kRecommendation}));
  Turn carried;
  carried.answer("稳健成长2号").product("p-2");
  const Decided once(shelf, carried);
  BOOST_TEST(once.decision->reasons.size() == 1u);
  BOOST_TEST(once.items() == "p-2 block");
  BOOST_TEST(once.reasons(shelf) == "risky p-2");
  Turn other;
  other.answer("稳健成长，或稳健成长2号").product("p-1");
  const Decided beside(shelf, other);
  BOOST_TEST(beside.verdict() == "block");
  BOOST_TEST(beside.reasons(shelf) == "risky p-2 [稳健成长2号]");
  BOOST_TEST(beside.items() == "p-1 allow");
  const Shelf items_only(shop({kRecommendation, model::Subject::action}));
  BOOST_TEST(Decided(items_only, other).verdict() == "allow");
}

BOOST_AUTO_TEST_CASE(a_rule_on_answers_and_actions_stops_the_answer_alone) {
  const Shelf shelf(shop({kAnswer, model::Subject::action}, model::EffectKind::block));
  Turn turn;
  turn.answer("稳健成长2号").text("name", "pay", turn.fields.add(turn.list("actions"), "", Fields::Kind::object));
  const Decided decided(shelf, turn);
  BOOST_TEST(decided.verdict() == "block");
  BOOST_TEST(decided.items() == "pay allow");
}

BOOST_AUTO_TEST_CASE(one_that_no_rule_objects_to_changes_no_byte_of_the_outcome) {
  const Shelf shelf(shop({kAnswer}));
  World nameless = shop({kAnswer});
  nameless.model.data[0].named_by.clear();
  const Shelf without(nameless);
  Turn turn;
  turn.answer("稳健成长和别的").product("p-2");
  const Decided with_names(shelf, turn), plain(without, turn);
  BOOST_TEST(with_names.request.all_products() == 2u);
  BOOST_TEST((outcome(*shelf.program, *with_names.decision) == outcome(*without.program, *plain.decision)));
}

BOOST_AUTO_TEST_CASE(several_are_judged_in_the_order_of_the_text_each_once) {
  const Shelf shelf(shop({kAnswer}), {{"p-9", "R3", "丙基金"}, {"p-1", "R3", "甲基金"}, {"p-5", "R2", "乙基金"}});
  Turn turn;
  turn.answer("丙基金、甲基金、丙基金、乙基金");
  BOOST_TEST(Decided(shelf, turn).reasons(shelf) == "risky p-9 [丙基金]; risky p-1 [甲基金]; risky p-5 [乙基金]");
}

BOOST_AUTO_TEST_CASE(more_products_than_a_turn_may_have_go_to_a_person) {
  const Shelf shelf(shop({kAnswer}), {{"p-1", "R1", "甲基金"}, {"p-2", "R1", "乙基金"}, {"p-3", "R1", "丙基金"}});
  Limits limits;
  limits.list_elements = 2;
  Turn two, three, carried;
  two.answer("甲基金、乙基金");
  three.answer("甲基金、乙基金、丙基金");
  carried.answer("甲基金、乙基金").product("p-3");
  BOOST_TEST(Decided(shelf, two, limits).verdict() == "allow");
  for (const Turn* turn : {&three, &carried}) {
    const Decided over(shelf, *turn, limits);
    BOOST_TEST(over.verdict() == "handoff");
    BOOST_TEST((over.decision->handoff.cause == Cause::limit));
  }
  Limits hits;
  hits.hits = 2;
  BOOST_TEST(Decided(shelf, two, hits).verdict() == "allow");
  BOOST_TEST(Decided(shelf, three, hits).verdict() == "handoff");
}

BOOST_AUTO_TEST_CASE(a_topic_is_of_what_the_answer_names) {
  World world = shop({kRecommendation});
  model::Topic topic;
  topic.names.first = "high";
  topic.names.all = {"high"};
  topic.pack = 0;
  const ExprPtr read = world.read("product", "level");
  topic.condition = World::over(Op::lt, {World::level(read, 0), read});
  world.model.topics.push_back(topic);
  const Shelf shelf(world);
  const auto of_topic = [&](const char* answer) {
    Turn turn;
    turn.answer(answer);
    BindOptions options;
    options.data = &shelf.data;
    Request request;
    Problem problem;
    BOOST_REQUIRE(bind(*shelf.program, turn.fields, options, request, problem));
    Scratch scratch;
    return is_of_topic({shelf.program, shelf.data, {}}, request, 0, scratch);
  };
  BOOST_TEST((of_topic("稳健成长2号") == Kleene::yes));
  BOOST_TEST((of_topic("稳健成长") == Kleene::no));
  BOOST_TEST((of_topic("Balanced") == Kleene::unknown));
}

// What a rule puts in is judged by rules that read the text, of the products that the bot's own answer named.
BOOST_AUTO_TEST_CASE(a_name_that_only_the_final_text_says_is_not_looked_for) {
  World world = shop({kAnswer});
  model::Wording offer;
  offer.names.first = "OFFER";
  offer.names.all = {"OFFER"};
  offer.pack = 0;
  offer.text.zh = "请看稳健成长2号。";
  offer.pieces.zh = {{offer.text.zh, model::kNone}};
  world.model.wordings.push_back(offer);
  model::Effect disclose = World::effect(model::EffectKind::disclose);
  disclose.wording = static_cast<Index>(world.model.wordings.size() - 1);
  world.rule("offered", {kAnswer}, world.has("answer", {"您好"}), {disclose});
  const Shelf shelf(world);
  Turn turn;
  turn.answer("您好");
  const Decided decided(shelf, turn);
  BOOST_TEST(decided.verdict() == "revise");
  BOOST_TEST(decided.decision->say == "您好\n请看稳健成长2号。");
}

}  // namespace
}  // namespace caveat::decide
