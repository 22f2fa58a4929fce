// decide and its twin agree on random packs and turns; faults that are planted in a pack are seen by the same comparison.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "engine/decide/decide.h"
#include "engine/decide/outcome.h"
#include "engine/program/passes/draft.h"
#include "tests/property/random_packs.h"
#include "tests/reference/twin.h"

namespace caveat::random_packs {
namespace {

using decide::Decision;
using decide::Request;

// What the fast one decided, in the twin's words.
twin::Outcome in_short(const program::Program& program, const Request& request, const Decision& decision) {
  twin::Outcome all;
  all.verdict = static_cast<int>(decision.verdict);
  all.products.assign(request.products(), 0);
  all.actions.assign(request.actions(), 0);
  all.recipients.assign(request.recipients(), 0);
  for (const decide::ItemVerdict& item : decision.items) {
    std::vector<int>& list = item.recipient ? all.recipients : item.action ? all.actions : all.products;
    list[item.index] = static_cast<int>(item.verdict);
  }
  for (const decide::Required& one : decision.requires_) all.required.insert(program.slot_path(one.index));
  for (std::string_view flag : decision.flags) all.flags.insert(std::string(flag));
  if (decision.has_handoff) {
    all.queue = program.queue_name(decision.handoff.queue);
    all.hold = decision.handoff.hold;
  }
  return all;
}

std::string told(const twin::Outcome& outcome) {
  std::ostringstream out;
  out << "verdict " << outcome.verdict << " queue " << outcome.queue << (outcome.hold ? " holds" : "") << " products";
  for (int one : outcome.products) out << ' ' << one;
  out << " actions";
  for (int one : outcome.actions) out << ' ' << one;
  out << " recipients";
  for (int one : outcome.recipients) out << ' ' << one;
  for (const std::string& one : outcome.required) out << " requires " << one;
  for (const std::string& one : outcome.flags) out << " flag " << one;
  return out.str();
}

std::string difference(const program::Program& program, const Request& request, const Decision& fast,
                       const twin::Outcome& slow) {
  const twin::Outcome quick = in_short(program, request, fast);
  std::set<std::string> a, b;
  const auto of = [](const std::string& rule, int product, int action, int recipient, bool unknown) {
    return rule + " product " + std::to_string(product) + " action " + std::to_string(action) + " recipient " +
           std::to_string(recipient) + (unknown ? " unknown" : "");
  };
  for (const decide::Reason& reason : fast.reasons) {
    a.insert(
        of(std::string(program.rule_id(reason.rule)), reason.product, reason.action, reason.recipient, reason.unknown));
  }
  for (const twin::Fired& fired : slow.fired) {
    b.insert(of(fired.rule, fired.product, fired.action, fired.recipient, fired.unknown));
  }
  std::string text;
  for (const std::string& one : a) text += b.contains(one) ? "" : "only fast: " + one + "\n";
  for (const std::string& one : b) text += a.contains(one) ? "" : "only twin: " + one + "\n";
  if (told(quick) != told(slow)) text += "fast: " + told(quick) + "\ntwin: " + told(slow) + "\n";
  return text;
}

// A condition, for whoever looks into a disagreement.
std::string told(const model::Model& model, const Expr& expr) {
  std::string out = std::to_string(static_cast<int>(expr.op));
  if (expr.fact != model::kNone) {
    for (const std::string& step : model.facts[expr.fact].path) out += "." + step;
  }
  for (const std::string& phrase : expr.phrases) out += " “" + phrase + "”";
  if (!expr.pattern.empty()) out += " /" + expr.pattern + "/";
  if (expr.op == Op::constant) out += " " + expr.constant.number.to_string() + expr.constant.text;
  if (expr.args.empty()) return out;
  out += "(";
  for (const ExprPtr& arg : expr.args) out += told(model, *arg) + " ";
  return out + ")";
}

std::string conditions(const model::Model& model, const twin::Turn& turn, const std::string& differs) {
  std::string out;
  for (const model::Rule& rule : model.rules) {
    if (differs.find(rule.id + " ") == std::string::npos) continue;
    out += rule.id + " when " + told(model, *rule.when) + (rule.unless ? " unless " + told(model, *rule.unless) : "") +
           "\n";
  }
  for (const auto& [fact, given] : turn.facts) {
    if (model.facts[fact].path.back() == "text") out += model.facts[fact].path[0] + ": " + given.text + "\n";
  }
  return out;
}

struct Compared {
  long turns = 0, disagreements = 0;
  std::string first;
};

// `plant` changes the pack that the fast one gets; the twin always reads the honest one.
template <class Plant>
Compared compare(std::uint64_t seed, int worlds, int turns, int rules, double absent, Plant plant,
                 twin::Tally* tally = nullptr, bool plain = false) {
  Compared compared;
  decide::Scratch scratch;
  for (int w = 0; w < worlds; ++w) {
    Dice dice(seed * 1000 + static_cast<std::uint64_t>(w));
    const RandomWorld world(dice, rules, plain);
    RandomWorld planted = world;
    plant(planted);
    const auto program = planted.build();
    if (!program) {
      BOOST_TEST(planted.last_diagnostics.empty());
      for (const Diagnostic& one : planted.last_diagnostics) BOOST_TEST_MESSAGE(one.message);
      return compared;
    }
    for (int t = 0; t < turns; ++t) {
      const RandomTurn turn(world, dice, absent);
      Request request;
      Problem problem;
      if (!decide::bind(*program, turn.sent.fields, {}, request, problem)) {
        for (const ProblemItem& item : problem.items)
          BOOST_ERROR(item.path + ": expected " + item.expected + ", found " + item.found);
        return compared;
      }
      const Decision& fast = decide::decide({program, {}, {}}, request, {}, scratch);
      const std::string differs = difference(*program, request, fast, twin::decide(world.model, turn.told, tally));
      ++compared.turns;
      if (!differs.empty()) {
        ++compared.disagreements;
        if (compared.first.empty())
          compared.first = "seed " + std::to_string(seed) + " world " + std::to_string(w) + " turn " +
                           std::to_string(t) + "\n" + differs + conditions(world.model, turn.told, differs);
      }
    }
  }
  return compared;
}

int effort() {
  const char* wanted = std::getenv("CAVEAT_EFFORT");  // nightly runs set it higher
  return wanted ? std::max(1, std::atoi(wanted)) : 1;
}

const auto kHonest = [](RandomWorld&) {};

// ---- the matrix: how often each operator came out how

struct Row {
  Op op;
  std::string name;
  bool always_known = false;
};
const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {{Op::eq, "is"},
                                         {Op::lt, "below"},
                                         {Op::le, "at most"},
                                         {Op::in_set, "one of"},
                                         {Op::known, "is known", true},
                                         {Op::and_, "and"},
                                         {Op::or_, "or"},
                                         {Op::not_, "not"},
                                         {Op::at_least, "at least n of"},
                                         {Op::truth, "yes/no"},
                                         {Op::text_has, "contains"},
                                         {Op::text_has_all, "contains all of"},
                                         {Op::list_has, "includes"},
                                         {Op::list_has_any, "includes any of"},
                                         {Op::list_has_all, "includes all of"},
                                         {Op::list_empty, "is empty"},
                                         {Op::past_more, "more than ago"},
                                         {Op::past_at_least, "at least ago"},
                                         {Op::within_past, "within the last"},
                                         {Op::within_future, "within the next"},
                                         {Op::matches, "matches"},
                                         {Op::claims, "claims"},
                                         {Op::weekday, "is Monday"},
                                         {Op::working_day, "is a working day"},
                                         {Op::now, "now"},
                                         {Op::today, "today"},
                                         {Op::clock, "the clock"},
                                         {Op::add, "+"},
                                         {Op::sub, "-"},
                                         {Op::mul, "*"},
                                         {Op::div, "/"},
                                         {Op::share_of, "share of"},
                                         {Op::as_percent_of, "as percent of"},
                                         {Op::rounded, "rounded to"},
                                         {Op::full_years, "full years since"}};
  return kRows;
}

// Which kinds each operator of reckoning takes: a factor of a hundred hides where a percentage meets something else.
struct Kinds {
  Op op;
  TypeKind a, b;
  std::string name;
};
const std::vector<Kinds>& kinds() {
  constexpr TypeKind kNumber = TypeKind::decimal, kShare = TypeKind::percent, kMoney = TypeKind::money;
  static const std::vector<Kinds> kAll = {{Op::add, kNumber, kNumber, "number + number"},
                                          {Op::add, kShare, kShare, "percent + percent"},
                                          {Op::add, kMoney, kMoney, "money + money"},
                                          {Op::sub, kNumber, kNumber, "number - number"},
                                          {Op::sub, kShare, kShare, "percent - percent"},
                                          {Op::sub, kMoney, kMoney, "money - money"},
                                          {Op::mul, kNumber, kNumber, "number * number"},
                                          {Op::mul, kShare, kNumber, "percent * number"},
                                          {Op::mul, kNumber, kShare, "number * percent"},
                                          {Op::mul, kMoney, kNumber, "money * number"},
                                          {Op::mul, kNumber, kMoney, "number * money"},
                                          {Op::div, kNumber, kNumber, "number / number"},
                                          {Op::div, kShare, kNumber, "percent / number"},
                                          {Op::div, kMoney, kNumber, "money / number"},
                                          {Op::div, kShare, kShare, "percent / percent"},
                                          {Op::div, kMoney, kMoney, "money / money"},
                                          {Op::share_of, kShare, kNumber, "percent of number"},
                                          {Op::share_of, kShare, kShare, "percent of percent"},
                                          {Op::share_of, kShare, kMoney, "percent of money"},
                                          {Op::as_percent_of, kNumber, kNumber, "number as percent of number"},
                                          {Op::as_percent_of, kShare, kShare, "percent as percent of percent"},
                                          {Op::as_percent_of, kMoney, kMoney, "money as percent of money"}};
  return kAll;
}

// Which row each token of the grammar's conditions and values belongs to: what it is made of where it has no node of its own.
const std::string kNoOperator = "no operator", kLater = "not yet";
const std::map<std::string, std::string>& row_of() {
  static const std::map<std::string, std::string> kRowOf = [] {
    std::map<std::string, std::string> all;
    const auto put = [&](const std::string& row, std::initializer_list<const char*> tokens) {
      for (const char* token : tokens) all[token] = row;
    };
    put("is", {"IS", "EQUALS", "IS_NOT", "SIGN_NE"});
    put("at most", {"GE", "SIGN_GE", "LE", "SIGN_LE", "AT_LEAST", "AT_MOST", "OR_MORE", "OR_LESS", "INSIDE", "RANGE",
                    "UP_TO", "BETWEEN", "BETWEEN_END"});
    put("below", {"GT", "SIGN_GT", "LT", "SIGN_LT", "MORE_THAN", "FEWER_THAN", "AFTER"});
    put("one of", {"IS_ONE_OF", "IS_NONE_OF"});
    put("includes", {"INCLUDES", "NOT_INCLUDES"});
    put("includes any of", {"INCLUDES_ANY"});
    put("includes all of", {"INCLUDES_ALL"});
    put("is empty", {"IS_EMPTY", "IS_NOT_EMPTY"});
    put("is known", {"IS_KNOWN", "IS_UNKNOWN", "UNKNOWN"});
    put("-", {"DIFFERS_FROM", "BY_MORE_THAN", "DIFFERS_BY", "MINUS"});
    put("more than ago", {"AGO", "AGO_FROM_NOW"});
    put("within the last", {"WITHIN_LAST"});
    put("within the next", {"WITHIN_NEXT", "IN_NEXT"});
    put("is a working day", {"IS_WORKING_DAY", "IS_NOT_WORKING_DAY"});
    put("contains", {"CONTAINS", "LACKS", "CONTAINS_ANY"});
    put("contains all of", {"CONTAINS_ALL"});
    put("claims", {"CLAIMS", "CLAIMS_ANY", "NOT_CLAIMS", "NOT_CLAIMS_ANY"});
    put("matches", {"MATCHES", "NOT_MATCHES", "PATTERN"});
    put("and", {"AND", "ALL_OF"});
    put("or", {"OR", "ANY_OF", "NONE_OF"});
    put("not", {"NOT"});
    put("at least n of", {"AT_LEAST_OF"});
    put("+", {"PLUS"});
    put("*", {"TIMES"});
    put("/", {"SLASH"});
    put("share of", {"OF_SHARE", "OF"});
    put("as percent of", {"AS_PERCENT_OF", "SHARE_IN", "SHARE_END"});
    put("rounded to", {"ROUNDED_TO"});
    put("full years since", {"FULL_YEARS_SINCE", "FULL_YEARS_TO_NOW"});
    put("the clock", {"BY_KEY"});
    put(kNoOperator, {"WITH", "IN", "TEXT", "DATE", "DATE_WORDS", "INSTANT", "TIME", "YES", "NO", "ANY", "LPAREN",
                      "RPAREN", "SEMICOLON", "COMMA", "WORD"});
    put(kLater, {"MENTIONS",
                 "NOT_MENTIONS",
                 "MENTIONS_ANY_OF_CLASS",
                 "NOT_MENTIONS_ANY_OF_CLASS",
                 "EXISTS",
                 "NOT_EXISTS",
                 "EACH",
                 "EVERY",
                 "WHERE",
                 "COUNT_OF",
                 "SUM_OF",
                 "HIGHEST_OF",
                 "LOWEST_OF",
                 "SAID_PERCENTS",
                 "SAID_AMOUNTS",
                 "SAID_DATES",
                 "SAID_DURATIONS",
                 "NEAR",
                 "PERCENTS_OF",
                 "AMOUNTS_OF",
                 "DATES_OF",
                 "DURATIONS_OF",
                 "WITHIN",
                 "ON_THE_SAME_DAY",
                 "THIS_CONVERSATION",
                 "THIS_CUSTOMER",
                 "ALL_CUSTOMERS",
                 "SAME_DAY",
                 "THE_SAME_QUESTION"});
    return all;
  }();
  return kRowOf;
}

BOOST_AUTO_TEST_CASE(the_fast_evaluator_and_its_twin_agree_on_random_packs_and_turns) {
  twin::Tally tally;
  for (const double absent : {0.0, 0.1, 0.5, 1.0}) {
    const Compared compared =
        compare(7 + static_cast<std::uint64_t>(absent * 10), 40 * effort(), 25, 20, absent, kHonest, &tally);
    BOOST_TEST(compared.turns == 1000 * effort());
    BOOST_TEST(compared.disagreements == 0, compared.first);
  }
  // Every operator came out true, false and unknown, where it can: the comparison was not of empty things.
  std::cout << "operator  true  false  unknown\n";
  for (const Row& one : rows()) {
    std::string row = one.name;
    for (twin::Truth truth : {twin::Truth::yes, twin::Truth::no, twin::Truth::unknown}) {
      const long seen = tally.seen[{one.op, truth}];
      const bool never = one.always_known && truth == twin::Truth::unknown;
      row += "  " + (never ? std::string("-") : std::to_string(seen));
      BOOST_TEST((seen > 0 || never),
                 std::string(one.name) + " never came out " + std::to_string(static_cast<int>(truth)));
    }
    std::cout << row << '\n';
  }
  for (const Kinds& one : kinds()) {
    std::string row = one.name;
    for (twin::Truth truth : {twin::Truth::yes, twin::Truth::no, twin::Truth::unknown}) {
      const long seen = tally.kinds[{one.op, one.a, one.b, truth}];
      row += "  " + std::to_string(seen);
      BOOST_TEST(seen > 0, one.name + " never came out " + std::to_string(static_cast<int>(truth)));
    }
    std::cout << row << '\n';
  }
}

// The operators of the grammar: tokens of the rules of which conditions and values are made.
std::set<std::string> operators_of_the_grammar() {
  std::ifstream in(std::filesystem::path(CAVEAT_SOURCE_DIR) / "grammar/CaveatParser.g4");
  std::string text, line;
  while (std::getline(in, line)) text += line.substr(0, line.find("//")) + "\n";
  std::set<std::string> found;
  for (const char* rule : {"condition", "term", "comparison", "tail", "any_in_list", "window", "sum", "product",
                           "share", "share_tail", "operand", "atom"}) {
    std::smatch at;
    BOOST_REQUIRE(std::regex_search(text, at, std::regex("\n" + std::string(rule) + " *:")));
    const std::string body = at.suffix().str().substr(0, at.suffix().str().find(';'));
    const std::regex token("[A-Z][A-Z_]+");
    for (std::sregex_iterator one(body.begin(), body.end(), token), end; one != end; ++one) found.insert(one->str());
  }
  return found;
}

BOOST_AUTO_TEST_CASE(every_operator_of_the_grammar_is_in_a_row_of_the_matrix) {
  std::set<std::string> names;
  for (const Row& row : rows()) names.insert(row.name);
  const std::set<std::string> found = operators_of_the_grammar();
  for (const std::string& token : found) {
    const auto at = row_of().find(token);
    BOOST_TEST((at != row_of().end()), token + " of the grammar is in no row");
    if (at == row_of().end() || at->second == kNoOperator || at->second == kLater) continue;
    BOOST_TEST(names.contains(at->second), token + ": no row “" + at->second + "”");
  }
  for (const auto& [token, row] : row_of()) BOOST_TEST(found.contains(token), token + " left the grammar");
}

std::uint64_t nodes_of(const Expr& expr) {
  std::uint64_t nodes = 1;
  for (const ExprPtr& arg : expr.args) nodes += nodes_of(*arg);
  return nodes;
}

// By which one that is far too long is refused before it is compiled.
BOOST_AUTO_TEST_CASE(no_condition_becomes_fewer_nodes_than_its_least) {
  std::size_t tried = 0;
  for (std::uint64_t seed = 900; seed < 920; ++seed) {
    Dice dice(seed);
    const RandomWorld world(dice, 50);
    const auto program = world.build();
    BOOST_REQUIRE(program);
    std::map<std::string, const program::RuleRow*, std::less<>> rows;
    for (std::uint32_t i = 0; i < program->rule_count(); ++i)
      rows[std::string(program->rule_id(i))] = &program->rules()[i];
    for (const model::Rule& rule : world.model.rules) {
      for (const auto& [condition, made] :
           {std::pair{rule.when, rows.at(rule.id)->when}, {rule.unless, rows.at(rule.id)->unless}}) {
        if (!condition) continue;
        Expr counted = *condition;
        counted.nodes = nodes_of(counted);
        BOOST_TEST(program::least_nodes(counted) <= made.count);
      }
      ++tried;
    }
  }
  BOOST_TEST(tried == 1000u);
}

BOOST_AUTO_TEST_CASE(packs_of_many_rules_agree_too) {
  const Compared compared = compare(99, 2 * effort(), 40, 700, 0.1, kHonest);
  BOOST_TEST(compared.turns == 80 * effort());
  BOOST_TEST(compared.disagreements == 0, compared.first);
}

// Rulebooks of conjunctions: scopes, blocks of every width, rules that the index settles by itself.
BOOST_AUTO_TEST_CASE(books_of_conjunctions_agree_whatever_is_absent) {
  std::uint64_t seed = 500;
  for (const int rules : {20, 200, 900, 2500}) {
    for (const double absent : {0.0, 0.1, 0.5}) {
      const Compared compared = compare(seed++, effort(), 30, rules, absent, kHonest, nullptr, true);
      BOOST_TEST(compared.turns == 30 * effort());
      BOOST_TEST(compared.disagreements == 0, compared.first);
    }
  }
}

// ---- reference sets: a row of each key but the last, with facts as a random turn would state them

struct RandomSet {
  twin::Set told;
  std::vector<std::vector<std::string>> rows;  // key, then a cell for each of `slots`
  std::vector<Index> slots;
};

std::string cell_of(const decide::Fields& fields, std::uint32_t object, const std::string& name) {
  const std::uint32_t node = fields.child(object, name);
  if (node == decide::Fields::kEnd) return {};
  if (fields.node(node).kind == decide::Fields::Kind::boolean) return fields.node(node).boolean ? "true" : "false";
  return std::string(fields.text(node));
}

// What a turn states of one thing of `group`, as the twin is told and as it is sent.
std::pair<twin::Facts, std::vector<std::string>> donated(const RandomWorld& donor, Dice& dice,
                                                         const std::string& group) {
  for (;;) {
    RandomTurn turn(donor, dice, 0.2);
    decide::Fields& fields = turn.sent.fields;
    std::uint32_t object = decide::Fields::kEnd;
    twin::Facts facts;
    if (group == "customer" && !turn.told.has_outreach && !turn.told.has_material) {
      object = turn.sent.object("customer");
      facts = turn.told.facts;
    } else if (group == "product" && turn.told.has_recommendation && !turn.told.products.empty()) {
      object = fields.node(fields.child(turn.sent.object("recommendation"), "products")).first;
      facts = turn.told.products[0];
    } else if (group == "action" && !turn.told.actions.empty()) {
      object = fields.node(fields.child(0, "actions")).first;
      facts = turn.told.actions[0];
    } else {
      continue;
    }
    std::pair<twin::Facts, std::vector<std::string>> out;
    for (const RandomWorld::Name& name : donor.names) {
      const Index index = donor.find(name.group, name.name);
      out.second.push_back(cell_of(fields, object, name.name));
      if (const auto found = facts.find(index); found != facts.end()) {
        out.first[index] = found->second;
        out.first[index].inferred = false;
      }
    }
    return out;
  }
}

// Takes some facts of `group` out of what turns of `asked` state and gives them to a set of the world.
RandomSet random_set(RandomWorld& world, RandomWorld& asked, Dice& dice, const std::string& group) {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> kKeys = {
      {"kind", {"deposit", "fund", "loan"}},
      {"level", {"R1", "R2", "R3", "R4", "R5"}},
      {"label", kWords},
      {"whole", {"0", "17", "18", "19", "64", "65", "66", "99", "100", "101"}}};
  const auto& [key, values] = dice.pick(kKeys);
  RandomSet set;
  RandomWorld donor = world;
  donor.names.clear();
  std::vector<RandomWorld::Name> kept;
  for (const RandomWorld::Name& name : asked.names) {
    const Index fact = world.find(name.group, name.name);
    const bool single = world.model.facts[fact].type.kind != TypeKind::list;
    if (name.group != group || name.name == key || !single || dice.chance(0.4)) {
      kept.push_back(name);
      continue;
    }
    donor.names.push_back(name);
    world.model.facts[fact].from = "set_" + group;
    set.told.facts.insert(fact);
    set.slots.push_back(fact);
  }
  asked.names = kept;
  set.told.key = world.find(group, key);
  world.data("set_" + group, set.told.key);
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    twin::Given of;
    (key == "label" ? of.text : of.number) = key == "label" || key == "whole" ? values[i] : std::to_string(i);
    auto [facts, cells] = donated(donor, dice, group);
    set.told.rows.emplace_back(of, std::move(facts));
    cells.insert(cells.begin(), values[i]);
    set.rows.push_back(std::move(cells));
  }
  return set;
}

// `shift`: rows are told to the fast one under the next key, which must be seen.
Compared compare_with_sets(std::uint64_t seed, int worlds, int turns, std::size_t shift) {
  Compared compared;
  decide::Scratch scratch;
  for (int w = 0; w < worlds; ++w) {
    Dice dice(seed * 1000 + static_cast<std::uint64_t>(w));
    RandomWorld world(dice, 20), asked = world;
    std::vector<RandomSet> sets;
    for (const char* group : {"action", "customer", "product"}) sets.push_back(random_set(world, asked, dice, group));
    const auto program = world.build();
    BOOST_REQUIRE(program);
    decide::Data data;
    std::vector<twin::Set> told;
    for (std::uint32_t i = 0; i < sets.size(); ++i) {
      decide::SetReader reader(*program, i, Limits{});
      reader.columns({sets[i].slots.begin(), sets[i].slots.end()});
      for (std::size_t r = 0; r < sets[i].rows.size(); ++r) {
        BOOST_REQUIRE(!reader.row(sets[i].rows[r][0]));
        const std::vector<std::string>& cells = sets[i].rows[(r + shift) % sets[i].rows.size()];
        for (std::size_t c = 1; c < cells.size(); ++c) BOOST_REQUIRE(!reader.cell(cells[c]));
      }
      data.sets.push_back(std::move(reader).take());
      told.push_back(sets[i].told);
    }
    decide::BindOptions options;
    options.data = &data;
    for (int t = 0; t < turns; ++t) {
      const RandomTurn turn(asked, dice, 0.1);
      Request request;
      Problem problem;
      if (!decide::bind(*program, turn.sent.fields, options, request, problem)) {
        for (const ProblemItem& item : problem.items)
          BOOST_ERROR(item.path + ": expected " + item.expected + ", found " + item.found);
        return compared;
      }
      const Decision& fast = decide::decide({program, data, {}}, request, {}, scratch);
      const twin::Turn whole = twin::with_sets(world.model, turn.told, told);
      const std::string differs = difference(*program, request, fast, twin::decide(world.model, whole));
      ++compared.turns;
      if (differs.empty()) continue;
      ++compared.disagreements;
      if (compared.first.empty())
        compared.first = "seed " + std::to_string(seed) + " world " + std::to_string(w) + " turn " + std::to_string(t) +
                         "\n" + differs + conditions(world.model, whole, differs);
    }
  }
  return compared;
}

BOOST_AUTO_TEST_CASE(what_reference_sets_say_decides_as_if_the_turn_had_said_it) {
  const Compared compared = compare_with_sets(700, 12 * effort(), 40, 0);
  BOOST_TEST(compared.turns == 480 * effort());
  BOOST_TEST(compared.disagreements == 0, compared.first);
}

BOOST_AUTO_TEST_CASE(a_row_of_another_key_is_caught) { BOOST_TEST(compare_with_sets(701, 5, 20, 1).disagreements > 0); }

// ---- planted faults

ExprPtr rebuilt(const ExprPtr& expr, const std::function<ExprPtr(const Expr&)>& change) {
  if (ExprPtr other = change(*expr)) return other;
  auto copy = std::make_shared<Expr>(*expr);
  for (ExprPtr& arg : copy->args) arg = rebuilt(arg, change);
  return copy;
}

BOOST_AUTO_TEST_CASE(an_unknown_that_is_dropped_is_caught) {
  const Compared compared = compare(3, 5, 20, 20, 0.3, [](RandomWorld& world) {
    for (model::Rule& rule : world.model.rules) rule.if_unknown = model::Rule::Unknown::pass;
  });
  BOOST_TEST(compared.disagreements > 0);
}

BOOST_AUTO_TEST_CASE(below_for_at_most_is_caught) {
  const Compared compared = compare(4, 5, 20, 20, 0.0, [](RandomWorld& world) {
    for (model::Rule& rule : world.model.rules) {
      rule.when = rebuilt(rule.when, [](const Expr& expr) -> ExprPtr {
        if (expr.op != Op::le) return nullptr;
        auto copy = std::make_shared<Expr>(expr);
        copy->op = Op::lt;
        return copy;
      });
    }
  });
  BOOST_TEST(compared.disagreements > 0);
}

// As it once was: the product of a percentage and a number a hundredth of what it says.
BOOST_AUTO_TEST_CASE(a_percentage_that_is_taken_for_a_share_is_caught) {
  const Compared compared = compare(5, 40, 25, 20, 0.0, [](RandomWorld& world) {
    for (model::Rule& rule : world.model.rules) {
      rule.when = rebuilt(rule.when, [&](const Expr& expr) -> ExprPtr {
        if (expr.op != Op::mul || expr.type.kind != TypeKind::percent) return nullptr;
        const ExprPtr product = std::make_shared<Expr>(expr);
        auto copy = std::make_shared<Expr>(
            *World::over(Op::div, {product, World::number(world.read("customer", "number"), "100")}));
        copy->type = expr.type;
        return copy;
      });
    }
  });
  BOOST_TEST(compared.disagreements > 0);
}

// x ≤ 18 or x > 18 is not "always": an unknown x leaves it unknown.
BOOST_AUTO_TEST_CASE(intervals_merged_across_or_are_caught) {
  World world;
  world.fact("customer", "whole", World::type(TypeKind::integer));
  world.sorted();
  const ExprPtr age = world.read("customer", "whole"), bound = World::number(age, "18");
  world.rule("either", {model::Subject::answer},
             World::over(Op::or_, {World::over(Op::le, {age, bound}), World::over(Op::lt, {bound, age})}),
             {World::effect(model::EffectKind::block)});
  World merged = world;
  merged.model.rules[0].when = World::over(Op::always, {});
  hand_made::Turn turn;
  turn.answer("x");
  twin::Turn told;
  told.at = parse_instant("2026-03-02T10:00:00+08:00").value();
  told.has_answer = true;
  told.facts[world.find("answer", "text")].text = "x";
  const twin::Outcome slow = twin::decide(world.model, told);
  for (const bool planted : {false, true}) {
    const auto program = (planted ? merged : world).build();
    Request request;
    Problem problem;
    BOOST_REQUIRE(decide::bind(*program, turn.fields, {}, request, problem));
    decide::Scratch scratch;
    const Decision& fast = decide::decide({program, {}, {}}, request, {}, scratch);
    BOOST_TEST(difference(*program, request, fast, slow).empty() == !planted);
  }
}

BOOST_AUTO_TEST_CASE(the_order_of_rules_changes_no_byte_of_the_outcome) {
  decide::Scratch scratch;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Dice dice(seed);
    const RandomWorld world(dice, 30);
    RandomWorld shuffled = world;
    for (std::size_t i = shuffled.model.rules.size(); i > 1; --i) {
      std::swap(shuffled.model.rules[i - 1],
                shuffled.model.rules[static_cast<std::size_t>(dice.roll(static_cast<int>(i)))]);
    }
    const auto a = world.build(), b = shuffled.build();
    BOOST_REQUIRE(a && b);
    BOOST_TEST(hex(a->digest()) == hex(b->digest()));
    for (int t = 0; t < 10; ++t) {
      const RandomTurn turn(world, dice, 0.1);
      std::string bytes[2];
      for (int which = 0; which < 2; ++which) {
        const auto& program = which == 0 ? a : b;
        Request request;
        Problem problem;
        BOOST_REQUIRE(decide::bind(*program, turn.sent.fields, {}, request, problem));
        bytes[which] = decide::outcome(*program, decide::decide({program, {}, {}}, request, {}, scratch));
      }
      BOOST_TEST(hex(bytes[0]) == hex(bytes[1]));
    }
  }
}

}  // namespace
}  // namespace caveat::random_packs
