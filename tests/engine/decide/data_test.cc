// Reference sets: what a set says counts, whoever says otherwise (contracts.md 10, 15).
#include "engine/decide/data.h"

#include <boost/test/unit_test.hpp>

#include "engine/decide/codes.h"
#include "engine/decide/explain.h"
#include "tests/engine/decide/hand_made.h"

namespace caveat::decide {
namespace {

using namespace hand_made;

Microseconds instant(const char* text) { return parse_instant(text).value(); }

// Products from the set `shelf`, found by their id: a level, a price, a flag, a name that no rule reads.
World shop(std::optional<Duration> max_age = {}) {
  World world;
  model::Type scale = World::type(TypeKind::scale), money = World::type(TypeKind::money);
  scale.scale = world.scale({{"R1", "C1"}, {"R2", "C2"}, {"R3", "C3"}});
  money.currency = "CNY";
  model::Fact& level = world.fact("product", "level", scale);
  level.from = "shelf";
  level.max_age = max_age;
  world.fact("product", "price", money).from = "shelf";
  world.fact("product", "sold", World::type(TypeKind::yes_no)).from = "shelf";
  world.fact("product", "name", World::type(TypeKind::text)).from = "shelf";
  world.fact("product", "yield", World::type(TypeKind::percent));
  world.sorted();
  world.data("shelf", world.find("product", "id")).review_by = parse_date("2026-03-02");
  const ExprPtr read = world.read("product", "level");
  world.rule("level", {model::Subject::recommendation}, World::over(Op::lt, {World::level(read, 1), read}),
             {World::effect(model::EffectKind::block)});
  world.rule("others", {model::Subject::recommendation},
             World::over(Op::and_, {World::over(Op::known, {world.read("product", "price")}),
                                    World::over(Op::truth, {world.read("product", "sold")})}),
             {World::effect(model::EffectKind::block)});
  return world;
}

struct Shelf {
  std::shared_ptr<const program::Program> program;
  Data data;
  std::string mistakes;

  explicit Shelf(const World& world, const std::vector<std::string>& columns = {"level", "price", "sold", "name"},
                 const std::vector<std::vector<std::string>>& rows = {{"p-1", "R3", "10.50 CNY", "TRUE", "一"},
                                                                      {"p-2", "C2", "", "否", ""}})
      : program(world.build()) {
    BOOST_REQUIRE(program);
    SetReader reader(*program, 0, Limits{});
    std::vector<std::uint32_t> slots;
    for (const std::string& column : columns) slots.push_back(slot(column));
    reader.columns(slots);
    const auto note = [&](const std::optional<ProblemItem>& mistake) {
      if (mistake) mistakes += mistake->expected + "; " + mistake->found + "; " + mistake->nearest + "\n";
    };
    for (const std::vector<std::string>& row : rows) {
      note(reader.row(row[0]));
      for (std::size_t i = 1; i < row.size(); ++i) note(reader.cell(row[i]));
    }
    data.sets.push_back(std::move(reader).take());
  }
  std::uint32_t slot(const std::string& name) const { return program->schema().find_two("product", name); }
};

struct Bound {
  const Shelf& shelf;
  Request request;
  Problem problem;
  bool good = false;
  Bound(const Shelf& of, const Turn& turn, BindOptions options = {}) : shelf(of) {
    options.data = &shelf.data;
    good = bind(*shelf.program, turn.fields, options, request, problem);
  }
  // "R3 (shelf)", or why it is not known.
  std::string value(const std::string& name, std::int32_t item = 0) const {
    const Fact fact = request.fact(shelf.slot(name), item);
    if (!fact.known) return std::string(decide::name(fact.cause));
    return request.value(shelf.slot(name), item) + " (" + std::string(fact.source) + ")";
  }
  std::string told() const {
    std::string all = problem.code ? std::string(problem.code->name) + "\n" : "";
    for (const ProblemItem& item : problem.items)
      all += item.path + ": expected " + item.expected + "; found " + item.found + "\n";
    return all;
  }
};

BOOST_AUTO_TEST_CASE(what_a_set_says_is_known_of_each_product_that_it_lists) {
  const Shelf shelf(shop());
  BOOST_TEST(shelf.mistakes == "");
  Turn turn;
  turn.product("p-1"), turn.product("p-2"), turn.product("p-3");
  const Bound bound(shelf, turn);
  BOOST_REQUIRE_MESSAGE(bound.good, bound.told());
  BOOST_TEST(bound.value("level", 0) == "R3 (shelf)");
  BOOST_TEST(bound.value("price", 0) == "10.5 CNY (shelf)");
  BOOST_TEST(bound.value("sold", 0) == "true (shelf)");
  BOOST_TEST(bound.value("level", 1) == "R2 (shelf)");
  BOOST_TEST(bound.value("sold", 1) == "false (shelf)");
  BOOST_TEST(bound.value("price", 1) == "not_listed");  // its cell is empty
  BOOST_TEST(bound.value("level", 2) == "not_listed");  // it has no row
  BOOST_TEST(bound.value("yield", 0) == "missing");     // the set has nothing to say of it
  Scratch scratch;
  const Ruleset ruleset{shelf.program, shelf.data, {}};
  const Decision& decision = decide(ruleset, bound.request, {}, scratch);
  BOOST_TEST((decision.verdict == Verdict::handoff));  // of the third nothing can be told, and it does not pass
}

BOOST_AUTO_TEST_CASE(a_turn_may_say_the_same_and_nothing_else_whoever_sends_it) {
  const Shelf shelf(shop());
  BindOptions stranger;
  stranger.any_source = false;
  stranger.sources = {"crm"};
  Turn same;
  const std::uint32_t first = same.product("p-1");
  same.text("level", "C3", first).text("price", "10.5 CNY", first).text("name", "一", first);
  const Bound agreed(shelf, same, stranger);
  BOOST_REQUIRE_MESSAGE(agreed.good, agreed.told());
  BOOST_TEST(agreed.value("level") == "R3 (shelf)");
  BOOST_TEST(agreed.value("name") == "一 (shelf)");  // no rule reads it; it is the set's all the same
  for (const BindOptions& who : {stranger, BindOptions{}}) {
    Turn other;
    const std::uint32_t product = other.product("p-2");
    other.text("level", "R1", product).text("price", "5 CNY", product);
    other.text("level", "R3", other.product("p-1")).text("level", "R1", other.product("p-9"));
    const Bound bound(shelf, other, who);
    // What it says is told only to who may state what is the set's: a guess would read the row of any key.
    BOOST_TEST(bound.told() ==
               "conflict\n/recommendation/products/0/level: expected what the reference data shelf says" +
                   std::string(who.any_source ? ": \"R2\"" : "") + "; found \"R1\"\n");
    BOOST_TEST(bound.value("price", 0) == "not_listed");  // what the set does not know the caller does not either
    BOOST_TEST(bound.value("level", 2) == "not_listed");
  }
}

// A refusal that hangs on what the set says would tell any bot who is on a list.
BOOST_AUTO_TEST_CASE(what_a_set_keeps_secret_only_who_may_state_the_set_may_state_at_all) {
  World of_class = shop();
  of_class.model.facts[of_class.find("product", "sold")].data_class = "C3";
  World hidden = shop();
  for (model::Rule& rule : hidden.model.rules) rule.confidential = rule.names.first == "others";
  for (const World* one : {&of_class, &hidden}) {
    const Shelf shelf(*one);
    BindOptions stranger;
    stranger.any_source = false;
    stranger.sources = {"crm"};
    for (const char* product : {"p-1", "p-2", "p-9"}) {
      for (const bool sold : {true, false}) {
        Turn turn;
        turn.yes("sold", sold, turn.product(product));
        BOOST_TEST(Bound(shelf, turn, stranger).told() ==
                   "fact_source\n/recommendation/products/0/sold: expected stated by shelf; found a caller who may "
                   "state: crm\n");
      }
    }
    BindOptions its_own;
    its_own.any_source = false;
    its_own.sources = {"shelf"};
    Turn turn;
    turn.yes("sold", false, turn.product("p-1"));
    BOOST_TEST(Bound(shelf, turn, its_own).told().starts_with("conflict\n"));
  }
  // So would a column beside that no open rule reads: a refusal for it tells that there is a row.
  for (const World* one : {&of_class, &hidden}) {
    const Shelf shelf(*one);
    BindOptions stranger;
    stranger.any_source = false;
    for (const char* product : {"p-1", "p-2", "p-9"}) {
      Turn turn;
      turn.text("name", "other", turn.product(product));
      BOOST_TEST(Bound(shelf, turn, stranger).told().starts_with("fact_source\n"), product);
    }
  }
  // What rules read whose reasons may be told stays open to all, as the same.
  BindOptions stranger;
  stranger.any_source = false;
  Turn turn;
  turn.text("level", "R3", turn.product("p-1"));
  const Shelf shelf(hidden);
  BOOST_TEST(Bound(shelf, turn, stranger).good);
}

BOOST_AUTO_TEST_CASE(a_text_in_other_letters_says_what_the_set_says) {
  const Shelf shelf(shop(), {"name"}, {{"p-1", "Growth"}});
  Turn same;
  same.text("name", "ＧＲＯＷＴＨ ", same.product("p-1"));
  const Bound agreed(shelf, same);
  BOOST_TEST(agreed.good, agreed.told());
  Turn other;
  other.text("name", "income", other.product("p-1"));
  BOOST_TEST(
      Bound(shelf, other).told() ==
      "conflict\n/recommendation/products/0/name: expected what the reference data shelf says: \"Growth\"; found "
      "\"income\"\n");
}

BOOST_AUTO_TEST_CASE(where_no_set_is_loaded_the_caller_states_its_facts_if_it_may) {
  const Shelf shelf(shop());
  Turn turn;
  turn.text("level", "R1", turn.product("p-1"));
  Request request;
  Problem problem;
  BindOptions options;
  options.any_source = false;
  options.sources = {"shelf"};
  for (const Data* none : {static_cast<const Data*>(nullptr), static_cast<const Data*>(new Data)}) {
    options.data = none;
    options.sources = {"shelf"};
    BOOST_REQUIRE(bind(*shelf.program, turn.fields, options, request, problem));
    BOOST_TEST(request.value(shelf.slot("level"), 0) == "R1");
    options.sources = {"crm"};
    BOOST_TEST(!bind(*shelf.program, turn.fields, options, request, problem));
    BOOST_TEST(problem.code->name == "fact_source");
    delete none;
  }
}

BOOST_AUTO_TEST_CASE(a_cell_that_no_turn_could_say_and_a_key_that_none_could_send_are_told) {
  const Shelf shelf(shop(), {"level", "price", "sold"},
                    {{"p 1", "R1", "1 CNY", "no"},
                     {"", "R1", "1 CNY", "no"},
                     {"p-1", "R4", "1 USD", "maybe"},
                     {"p-1", "", "", ""},
                     {"p-2", "R1", "7", "1"}});
  BOOST_TEST(shelf.mistakes ==
             "no blanks, control or invisible signs; one at byte 1; \n"
             "1 to 128 characters; 0 characters; \n"
             "one of R1, R2, R3; \"R4\"; \n"
             "money: \"60000 CNY\"; \"1 USD\"; \n"
             "yes/no: true or false; \"maybe\"; \n"
             "each key once; \"p-1\" again; \n"
             "money: \"60000 CNY\"; \"7\"; \n"
             "yes/no: true or false; \"1\"; \n");
}

BOOST_AUTO_TEST_CASE(a_set_without_a_column_leaves_its_fact_unknown) {
  const Shelf shelf(shop(), {"price"}, {{"p-1", "10 CNY"}});
  Turn turn;
  turn.product("p-1");
  const Bound bound(shelf, turn);
  BOOST_TEST(bound.value("level") == "not_listed");
  BOOST_TEST(bound.value("price") == "10 CNY (shelf)");
}

BOOST_AUTO_TEST_CASE(a_fact_that_may_grow_old_is_as_old_as_its_set) {
  Duration day;
  day.seconds = 86'400;
  Shelf shelf(shop(day));
  Turn turn;  // at 2026-03-02T10:00+08:00
  turn.product("p-1");
  BOOST_TEST(Bound(shelf, turn).value("level") == "undated");
  shelf.data.sets[0].as_of = instant("2026-03-02T08:00:00+08:00");
  BOOST_TEST(Bound(shelf, turn).value("level") == "R3 (shelf)");
  shelf.data.sets[0].as_of = instant("2026-02-28T08:00:00+08:00");
  BOOST_TEST(Bound(shelf, turn).value("level") == "stale");
  BOOST_TEST(Bound(shelf, turn).value("price") == "10.5 CNY (shelf)");
  turn.text("level", "R1", turn.fields.node(turn.fields.child(turn.object("recommendation"), "products")).first);
  BOOST_TEST(Bound(shelf, turn).told().starts_with("conflict\n"));  // an old word is still the set's
}

BOOST_AUTO_TEST_CASE(a_set_is_overdue_once_its_day_of_review_has_passed_where_the_pack_is) {
  const Shelf shelf(shop());
  const Data::Set& set = shelf.data.sets[0];
  BOOST_TEST(!is_overdue(*shelf.program, set, instant("2026-03-02T23:59:59+08:00"), 480));
  BOOST_TEST(is_overdue(*shelf.program, set, instant("2026-03-03T00:00:00+08:00"), 480));
  World world = shop();
  world.model.data[0].review_by.reset();
  const Shelf never(world);
  BOOST_TEST(!is_overdue(*never.program, never.data.sets[0], instant("2099-01-01T00:00:00Z"), 0));
}

// Of groups of one's own, of customers, and of an outreach's many.
BOOST_AUTO_TEST_CASE(a_row_may_be_found_by_what_is_known_of_the_customer_or_of_a_group) {
  World world;
  const Index kinds = world.choices({{"north", "北"}, {"south", "南"}});
  model::Type choice = World::type(TypeKind::choice);
  choice.choices = kinds;
  world.fact("customer", "branch", choice);
  world.fact("customer", "desk", World::type(TypeKind::text)).from = "branches";
  world.fact("market", "code", World::type(TypeKind::integer));
  world.fact("market", "open", World::type(TypeKind::yes_no)).from = "markets";
  world.sorted();
  world.data("branches", world.find("customer", "branch"));
  world.data("markets", world.find("market", "code"));
  world.rule("open", {model::Subject::answer, model::Subject::outreach},
             World::over(Op::and_, {World::over(Op::truth, {world.read("market", "open")}),
                                    World::over(Op::known, {world.read("customer", "desk")})}),
             {World::effect(model::EffectKind::block)});
  const auto program = world.build();
  BOOST_REQUIRE(program);
  Data data;
  SetReader branches(*program, 0, Limits{}), markets(*program, 1, Limits{});
  branches.columns({program->schema().find_two("customer", "desk")});
  BOOST_TEST(!branches.row("北"));
  BOOST_TEST(!branches.cell("desk 7"));
  markets.columns({program->schema().find_two("market", "open")});
  BOOST_TEST(!markets.row("1e1"));
  BOOST_TEST(!markets.cell("是"));
  data.sets.push_back(std::move(branches).take());
  data.sets.push_back(std::move(markets).take());
  BindOptions options;
  options.data = &data;
  const std::uint32_t desk = program->schema().find_two("customer", "desk"),
                      open = program->schema().find_two("market", "open");
  Turn turn;
  turn.answer("x").number("code", "10", turn.object("market")).text("branch", "north", turn.object("customer"));
  Request request;
  Problem problem;
  BOOST_REQUIRE(bind(*program, turn.fields, options, request, problem));
  BOOST_TEST(request.value(desk, -1) == "desk 7");
  BOOST_TEST(request.value(open, -1) == "true");
  Turn without;
  without.answer("x").text("branch", "south", without.object("customer"));
  BOOST_REQUIRE(bind(*program, without.fields, options, request, problem));
  BOOST_TEST((request.fact(desk, -1).cause == Cause::not_listed));
  BOOST_TEST((request.fact(open, -1).cause == Cause::missing));  // which market it is nobody said
  Turn many;
  many.number("code", "10", many.object("market"));
  const std::uint32_t list = many.list("recipients", many.object("outreach"));
  for (const char* branch : {"north", "south"}) {
    const std::uint32_t one = many.fields.add(list, "", Fields::Kind::object);
    many.text("id", branch, one).text("branch", branch, one);
  }
  BOOST_REQUIRE(bind(*program, many.fields, options, request, problem));
  BOOST_TEST(request.value(desk, 0) == "desk 7");
  BOOST_TEST((request.fact(desk, 1).cause == Cause::not_listed));
  Scratch scratch;
  const Decision& decision = decide({program, data, {}}, request, {}, scratch);
  BOOST_TEST(decision.reasons.size() == 1u);  // known of the first alone; `is known` is never unknown
}

}  // namespace
}  // namespace caveat::decide
