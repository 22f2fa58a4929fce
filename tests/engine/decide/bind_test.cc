#include <boost/test/unit_test.hpp>

#include "engine/decide/codes.h"
#include "engine/decide/request.h"
#include "tests/engine/decide/hand_made.h"

namespace caveat::decide {
namespace {

using namespace hand_made;

World bank() {
  World world;
  model::Type age = World::type(TypeKind::integer);
  age.low = Decimal(0);
  age.high = Decimal(150);
  world.fact("customer", "age", age).from = "crm";
  model::Type money = World::type(TypeKind::money);
  money.currency = "CNY";
  world.fact("customer", "income", money);
  world.fact("customer", "share", World::type(TypeKind::percent));
  world.fact("customer", "visits", World::type(TypeKind::integer));
  world.fact("customer", "phone", World::type(TypeKind::integer)).data_class = "C2";
  world.fact("customer", "born", World::type(TypeKind::date));
  world.fact("customer", "pause", World::type(TypeKind::duration));
  model::Type scale = World::type(TypeKind::scale);
  scale.scale = world.scale({{"R1", "低"}, {"R2", "中"}});
  model::Fact& tolerance = world.fact("customer", "tolerance", scale);
  tolerance.assessed = true;
  Duration day;
  day.seconds = 86'400;
  tolerance.max_age = day;
  world.sorted();
  world.rule("any", {model::Subject::answer}, World::over(Op::known, {world.read("customer", "age")}),
             {World::effect(model::EffectKind::block)});
  return world;
}

struct Bound {
  std::shared_ptr<const program::Program> program = bank().build();
  Request request;
  Problem problem;
  bool good = false;
  Bound(const Turn& turn, const BindOptions& options = {}) {
    good = bind(*program, turn.fields, options, request, problem);
  }
  std::string value(const std::string& name) const {
    return request.value(program->schema().find_two("customer", name), -1);
  }
  Fact fact(const std::string& name) const { return request.fact(program->schema().find_two("customer", name), -1); }
  std::string told() const {
    std::string all = problem.code ? std::string(problem.code->name) + "\n" : "";
    for (const ProblemItem& item : problem.items) {
      all += item.path + ": expected " + item.expected + "; found " + item.found;
      if (!item.nearest.empty()) all += "; did you mean " + item.nearest;
      if (!item.hint.empty()) all += " (" + item.hint + ")";
      all += "\n";
    }
    return all;
  }
};

BOOST_AUTO_TEST_CASE(values_are_read_by_what_they_are_not_by_how_they_are_spelt) {
  Turn turn;
  const std::uint32_t customer = turn.object("customer");
  turn.number("age", "4E1", customer).text("income", "60000.50 CNY", customer).text("share", "4.80%", customer);
  turn.text("born", "1990-02-28", customer).text("pause", "PT5M", customer).text("tolerance", "中", customer);
  turn.text("as_of", "2026-03-02T09:00:00+08:00", customer);
  const Bound bound(turn);
  BOOST_REQUIRE_MESSAGE(bound.good, bound.told());
  BOOST_TEST(bound.value("age") == "40");
  BOOST_TEST(bound.value("income") == "60000.5 CNY");
  BOOST_TEST(bound.value("share") == "4.8 %");
  BOOST_TEST(bound.value("born") == "1990-02-28");
  BOOST_TEST(bound.value("pause") == "PT5M");
  BOOST_TEST(bound.value("tolerance") == "R2");
  BOOST_TEST(bound.fact("tolerance").known);
  BOOST_TEST(bound.fact("age").source == "crm");
}

BOOST_AUTO_TEST_CASE(a_number_is_one_key_however_it_is_spelt) {
  const auto cell = [](const std::string& number) {
    Turn turn;
    turn.number("phone", number, turn.object("customer"));
    const Bound bound(turn);
    BOOST_REQUIRE_MESSAGE(bound.good, bound.told());
    const std::uint32_t slot = bound.program->schema().find_two("customer", "phone");
    return bound.request.value(slot, -1) + " " +
           std::to_string(bound.request.cells(program::Frame::turn, 0)[bound.program->slots()[slot].cell].key);
  };
  BOOST_TEST(cell("40") == cell("40.0"));
  BOOST_TEST(cell("40") == cell("4E1"));
  BOOST_TEST(cell("-7") == cell("-70e-1"));
  BOOST_TEST(cell("0") == cell("-0"));
  BOOST_TEST(cell("999999999999999") == cell("999999999999999.0"));    // the last of few digits
  BOOST_TEST(cell("1000000000000000") == cell("1000000000000000.0"));  // the first of more
  BOOST_TEST(cell("40") != cell("41"));
}

BOOST_AUTO_TEST_CASE(what_is_near_to_an_integer_is_none) {
  for (const char* age : {"18.9999999999999999999", "1E-400", "18.5", "18.0000000000000000000000001"}) {
    Turn turn;
    turn.number("age", age, turn.object("customer"));
    const Bound bound(turn);
    BOOST_TEST(!bound.good, age);
    BOOST_TEST(bound.told() ==
               std::string("wrong_type\n/customer/age: expected an integer 0..150; found ") + age + "\n");
  }
  for (const char* age : {"18.0000000000000000000000000", "1.8E1", "0E-400"}) {
    Turn turn;
    turn.number("age", age, turn.object("customer"));
    BOOST_TEST(Bound(turn).good, age);
  }
}

BOOST_AUTO_TEST_CASE(every_mistake_is_told_at_once_with_its_path) {
  Turn turn;
  const std::uint32_t customer = turn.object("customer");
  turn.text("age", "old", customer).number("income", "60000", customer).text("share", "4.8", customer);
  turn.text("born", "2026-02-30", customer).text("tolerance", "R3", customer).text("phone", "13800138000x", customer);
  turn.number("agee", "1", customer).list("parts", turn.object("answer"));
  const Bound bound(turn);
  BOOST_TEST(!bound.good);
  BOOST_TEST(bound.told() ==
             "unknown_member\n"
             "/customer/agee: expected a member that a loaded pack declares; found \"agee\"; did you mean age\n"
             "/customer/age: expected an integer 0..150; found \"old\"\n"
             "/customer/born: expected a date: \"2026-03-01\"; found \"2026-02-30\"\n"
             "/customer/tolerance: expected one of R1, R2; found \"R3\"\n"
             "/customer/phone: expected an integer; found a value of class C2\n"
             "/customer/income: expected money: \"60000 CNY\"; found 60000\n"
             "/customer/share: expected a percentage: \"4.8 %\"; found \"4.8\"\n"
             "/answer/parts: expected nothing yet: the text of an answer is judged as a whole; found \"parts\"\n");
}

// As of single ones: neither as it was sent nor by its nearest name.
BOOST_AUTO_TEST_CASE(no_value_within_a_list_of_a_class_is_told) {
  World world;
  model::Type list = World::type(TypeKind::list), record = list, level = World::type(TypeKind::choice);
  list.element = std::make_shared<const model::Type>(World::type(TypeKind::text));
  record.element = std::make_shared<const model::Type>(World::type(TypeKind::record));
  level.choices = world.choices({{"suspect"}, {"clear"}});
  world.fact("customer", "tags", list).data_class = "C3";
  world.fact("customer", "level", level).data_class = "C3";
  world.fact("customer", "cards", record).data_class = "C3";
  model::Fact& card = world.fact("customer", "number", World::type(TypeKind::text));
  card.path = {"customer", "cards", "number"};
  card.path_names = {{"customer"}, {"cards"}, {"number"}};
  world.sorted();
  for (Index i = 0; i < world.model.facts.size(); ++i)
    if (world.model.facts[i].path.size() == 3) world.model.facts[i].parent = world.find("customer", "cards");
  world.rule("any", {model::Subject::answer}, World::over(Op::known, {world.read("customer", "level")}),
             {World::effect(model::EffectKind::block)});
  const auto program = world.build();
  BOOST_REQUIRE(program);
  Turn turn;
  const std::uint32_t customer = turn.object("customer");
  turn.text("tags", "canary-1", customer).text("level", "suspec", customer);
  const std::uint32_t cards = turn.list("cards", customer), one = turn.object("", cards);
  turn.number("number", "776655", one).text("", "canary-2", cards);
  Request request;
  Problem problem;
  BOOST_TEST(!bind(*program, turn.fields, {}, request, problem));
  std::string told;
  for (const ProblemItem& item : problem.items) told += item.path + " " + item.found + " " + item.nearest + "\n";
  BOOST_TEST(told ==
             "/customer/tags a value of class C3 \n"
             "/customer/level a value of class C3 \n"
             "/customer/cards/0/number a value of class C3 \n"
             "/customer/cards/1 a value of class C3 \n");
}

BOOST_AUTO_TEST_CASE(a_number_out_of_range_is_refused_at_the_edge_and_taken_before_it) {
  for (const auto& [number, good] :
       std::vector<std::pair<std::string, bool>>{{"150", true}, {"151", false}, {"0", true}, {"-1", false}}) {
    Turn turn;
    turn.number("age", number, turn.object("customer"));
    const Bound bound(turn);
    BOOST_TEST(bound.good == good);
    if (!good)
      BOOST_TEST(bound.told() == "out_of_range\n/customer/age: expected an integer 0..150; found " + number + "\n");
  }
}

Turn of_a_customer() {
  Turn turn;
  turn.product("p-1");
  turn.text("id", "k-1", turn.object("customer"));
  turn.text("text", "a word to remember", turn.object("answer"));
  return turn;
}

// Its memory serves the next turn, its content never: one that is refused before it is walked has nothing of another customer's.
BOOST_AUTO_TEST_CASE(a_request_that_is_used_again_holds_nothing_of_the_turn_before) {
  Bound bound(of_a_customer());
  Request& request = bound.request;
  BOOST_TEST_REQUIRE(bound.good);
  BOOST_TEST((request.products() == 1u && request.customer_id() == "k-1"));
  Fields no_object;
  no_object.add(Fields::kEnd, "", Fields::Kind::list);
  BOOST_TEST(!bind(*bound.program, no_object, {}, request, bound.problem));
  BOOST_TEST((request.products() == 0u && request.actions() == 0u && request.recipients() == 0u));
  BOOST_TEST((request.id().empty() && request.customer_id().empty() && !request.has_recommendation()));
}

BOOST_AUTO_TEST_CASE(in_the_memory_of_another_a_request_says_nothing_of_what_that_one_said) {
  Bound bound(of_a_customer());
  BOOST_TEST_REQUIRE(bound.good);
  BOOST_TEST((bound.request.has_answer() && bound.request.at_given()));
  const std::size_t memory = bound.request.memory();
  const Request made = Request::in_memory_of(std::move(bound.request));
  BOOST_TEST(made.memory() == memory);
  BOOST_TEST((made.products() == 0u && made.actions() == 0u && made.recipients() == 0u));
  BOOST_TEST((made.id().empty() && made.customer_id().empty() && made.answer_text().empty()));
  BOOST_TEST((!made.has_answer() && !made.has_recommendation() && !made.at_given() && made.at() == 0));
}

// What is refused is walked to its end, so that every mistake is told: there must be room for it.
BOOST_AUTO_TEST_CASE(a_material_with_a_product_beside_a_recommendation_of_two_is_refused_and_nothing_more) {
  Turn turn;
  turn.product("p-1");
  turn.product("p-2");
  turn.text("id", "p-3", turn.object("product", turn.object("material")));
  const Bound bound(turn);
  BOOST_TEST(!bound.good);
  BOOST_TEST(bound.told().find("conflict\n") == 0u, bound.told());
}

BOOST_AUTO_TEST_CASE(null_is_missing_and_an_id_of_null_is_none) {
  Turn turn;
  turn.null("age", turn.object("customer"));
  BOOST_TEST(Bound(turn).good);
  Turn nameless;
  nameless.fields.clear();
  nameless.fields.add(Fields::kEnd, "", Fields::Kind::object);
  nameless.null("id");
  BOOST_TEST(Bound(nameless).told() ==
             "no_id\n/id: expected an id: the same id and body give the same decision; found none\n");
}

BOOST_AUTO_TEST_CASE(an_id_with_a_blank_or_an_invisible_sign_is_refused) {
  for (const std::string id : {"a b", "a\u200bb", "", "e\u0301"}) {
    Turn turn;
    turn.fields.set_text(turn.fields.child(0, "id"), id);
    const Bound bound(turn);
    BOOST_TEST(!bound.good);
    BOOST_TEST(bound.problem.code == &codes::kBadId);
  }
  Turn turn;
  turn.fields.set_text(turn.fields.child(0, "id"), std::string(128, 'x'));
  BOOST_TEST(Bound(turn).good);
  turn.fields.set_text(turn.fields.child(0, "id"), std::string(129, 'x'));
  BOOST_TEST(!Bound(turn).good);
}

BOOST_AUTO_TEST_CASE(an_old_fact_is_unknown_and_says_why) {
  const auto cause = [](const std::string& as_of) {
    Turn turn;
    const std::uint32_t customer = turn.object("customer");
    turn.text("tolerance", "R1", customer);
    if (!as_of.empty()) turn.text("as_of", as_of, customer);
    return Bound(turn).fact("tolerance").cause;
  };
  BOOST_TEST((cause("2026-03-01T10:00:00+08:00") == Cause::none));
  BOOST_TEST((cause("2026-03-01T09:59:59+08:00") == Cause::stale));
  BOOST_TEST((cause("") == Cause::undated));
  BOOST_TEST((cause("2026-03-02T11:00:00+08:00") == Cause::future));
}

// A month after the 31st of March in Shanghai ends sooner than one after the 30th in Greenwich.
BOOST_AUTO_TEST_CASE(the_age_of_a_fact_is_the_same_in_whatever_offset_the_turn_is_written) {
  World world = bank();
  Duration month;
  month.months = 1;
  model::Fact& tolerance = world.model.facts[world.find("customer", "tolerance")];
  tolerance.max_age = month;
  world.model.zones = {{"Asia/Shanghai", {{INT64_MIN, 480}}}};
  world.model.packs[0].time_zone = "Asia/Shanghai";
  const auto program = world.build();
  for (const std::string at : {"2026-04-30T12:00:00+08:00", "2026-04-30T04:00:00Z", "2026-04-29T18:00:00-10:00"}) {
    Turn turn;
    turn.text("at", at);
    const std::uint32_t customer = turn.object("customer");
    turn.text("tolerance", "R1", customer).text("as_of", "2026-03-31T00:30:00+08:00", customer);
    Request request;
    Problem problem;
    BOOST_REQUIRE(bind(*program, turn.fields, {}, request, problem));
    const Fact fact = request.fact(program->schema().find_two("customer", "tolerance"), -1);
    BOOST_TEST((fact.cause == Cause::stale), at);
  }
}

BOOST_AUTO_TEST_CASE(a_request_that_is_bound_again_is_marked_up_as_the_turn_says_and_not_as_the_one_before) {
  const auto program = bank().build();
  Request request;
  Problem problem;
  for (const char* format : {"", "markdown", "", "html", ""}) {
    Turn turn;
    const std::uint32_t answer = turn.object("answer");
    turn.text("text", "a **b**", answer);
    if (*format != '\0') turn.text("format", format, answer);
    BOOST_REQUIRE(bind(*program, turn.fields, {}, request, problem));
    BOOST_TEST(text::name(request.answer_format()) == (*format == '\0' ? "plain" : format));
  }
}

BOOST_AUTO_TEST_CASE(a_guess_is_no_assessment) {
  Turn turn;
  const std::uint32_t customer = turn.object("customer");
  turn.text("tolerance", "R1", customer).text("as_of", "2026-03-02T09:00:00+08:00", customer);
  const std::uint32_t entry = turn.fields.add(turn.list("provenance"), "", Fields::Kind::object);
  turn.text("path", "/customer/tolerance", entry).text("quality", "inferred", entry);
  const Bound bound(turn);
  BOOST_REQUIRE(bound.good);
  BOOST_TEST(!bound.fact("tolerance").known);
  BOOST_TEST((bound.fact("tolerance").cause == Cause::inferred));
}

// A slip in a path left the fact as sure as if nothing had been said of it.
BOOST_AUTO_TEST_CASE(a_path_of_provenance_names_what_the_turn_could_hold) {
  const auto told = [](const std::string& path) {
    Turn turn;
    turn.number("age", "40", turn.object("customer"));
    turn.product("p1");
    const std::uint32_t entry = turn.fields.add(turn.list("provenance"), "", Fields::Kind::object);
    turn.text("path", path, entry).text("quality", "inferred", entry);
    return Bound(turn).told();
  };
  for (const std::string good : {"/customer", "/customer/age", "/customer/income", "/message", "/message/text",
                                 "/recommendation/products/0", "/recommendation/products/0/weight", "/bot/id"})
    BOOST_TEST(told(good) == "", good);
  const std::string expected = "a path to what the turn holds, or to a fact that a loaded pack declares; found ";
  const auto refused = [&](const std::string& path, const std::string& near) {
    return "unknown_member\n/provenance/0/path: expected " + expected + "\"" + path + "\"" +
           (near.empty() ? "" : "; did you mean " + near) + "\n";
  };
  for (const auto& [path, near] : {std::pair<std::string, std::string>{"/customer/agee", "/customer/age"},
                                   {"/Customer/age", "/customer/age"},
                                   {"/customers/age", "/customer/age"},
                                   {"/customer/age/", ""},
                                   {"/", ""},
                                   {"/recommendation/products/5/weight", ""},
                                   {"/recommendation/products/00", ""},
                                   {"/actions/0/name", ""},
                                   {"/recommendation/products/0/wait", ""}})
    BOOST_TEST(told(path) == refused(path, near), path);
}

// A list has one source: what was said of an element of it counted for nothing.
BOOST_AUTO_TEST_CASE(a_path_of_provenance_names_a_list_and_no_element_of_it) {
  Turn turn;
  const std::uint32_t list = turn.list("holdings", turn.object("customer"));
  turn.fields.set_text(turn.fields.add(list, "", Fields::Kind::text), "F1");
  const std::uint32_t entry = turn.fields.add(turn.list("provenance"), "", Fields::Kind::object);
  turn.text("path", "/customer/holdings/0", entry).text("quality", "inferred", entry);
  const std::string told = Bound(turn).told();
  BOOST_TEST(told.find("unknown_member\n/provenance/0/path: expected a path to the whole list; found "
                       "\"/customer/holdings/0\"; did you mean /customer/holdings\n") != std::string::npos,
             told);
}

BOOST_AUTO_TEST_CASE(a_language_is_told_in_any_case) {
  for (const std::string tag : {"zh", "ZH", "Zh-cn", "zh_CN", "中文"}) {
    Turn turn;
    turn.text("language", tag).answer("A fund.");
    BOOST_TEST((Bound(turn).request.language() == Language::zh), tag);
  }
  Turn turn;
  turn.text("language", "EN").answer("基金");
  BOOST_TEST((Bound(turn).request.language() == Language::en));
}

BOOST_AUTO_TEST_CASE(a_path_of_provenance_stands_once) {
  Turn turn;
  turn.number("age", "40", turn.object("customer"));
  const std::uint32_t list = turn.list("provenance");
  for (const std::string quality : {"inferred", "assessed"}) {
    const std::uint32_t entry = turn.fields.add(list, "", Fields::Kind::object);
    turn.text("path", "/customer/age", entry).text("quality", quality, entry);
  }
  BOOST_TEST(Bound(turn).told() == "repeated\n/provenance/1: expected each path once; found \"/customer/age\" again\n");
}

BOOST_AUTO_TEST_CASE(a_fact_is_taken_only_from_who_may_state_it) {
  Turn turn;
  turn.number("age", "40", turn.object("customer"));
  BindOptions options;
  options.any_source = false;
  options.sources = {"app"};
  const Bound bound(turn, options);
  BOOST_TEST(bound.told() == "fact_source\n/customer/age: expected stated by crm; found a caller who may state: app\n");
  options.sources = {"app", "crm"};
  BOOST_TEST(Bound(turn, options).good);
}

BOOST_AUTO_TEST_CASE(what_a_caller_of_one_source_says_is_of_it_and_of_several_of_nobody_in_particular) {
  const auto said_by = [](std::vector<std::string> sources, bool names_one) {
    Turn turn;
    const std::uint32_t customer = turn.object("customer");
    turn.number("visits", "3", customer).text("income", "60000 CNY", customer).text("born", "1990-02-28", customer);
    if (names_one) {
      const std::uint32_t entry = turn.fields.add(turn.list("provenance"), "", Fields::Kind::object);
      turn.text("path", "/customer/born", entry).text("source", "app", entry);
    }
    BindOptions options;
    options.any_source = false;
    options.sources = std::move(sources);
    const Bound bound(turn, options);
    BOOST_REQUIRE_MESSAGE(bound.good, bound.told());
    std::string all;
    for (const char* name : {"visits", "income", "born"}) all += std::string(bound.fact(name).source) + ";";
    return all;
  };
  BOOST_TEST(said_by({"app"}, false) == "app;app;app;");
  BOOST_TEST(said_by({"app", "crm"}, false) == ";;;");
  BOOST_TEST(said_by({"app", "crm"}, true) == ";;app;");
}

BOOST_AUTO_TEST_CASE(a_product_twice_and_weights_over_a_hundred_are_refused) {
  Turn turn;
  turn.text("weight", "60 %", turn.product("p1"));
  turn.text("weight", "50 %", turn.product("p1"));
  BOOST_TEST(Bound(turn).told() ==
             "out_of_range\n"
             "/recommendation/products/1/weight: expected weights of at most 100 % in all; found 110 %\n"
             "/recommendation/products/1: expected each product once; found \"p1\" again\n");
}

}  // namespace
}  // namespace caveat::decide
